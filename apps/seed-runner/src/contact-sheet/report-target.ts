import { randomBytes } from "node:crypto";
import { fstatSync, type Stats } from "node:fs";
import { access, constants, lstat, open, realpath, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";

import { UsageError } from "@repo/command-line/usage-error";
import { systemReason } from "../errors.js";

/**
 * The file that `--report` names, behind any links, once it is sure before the work that it can be
 * written after it: it is made beside its place and then renamed, so that nothing but a regular
 * file may be in that place.
 *
 * @throws UsageError
 */
export async function findReportTarget(path: string): Promise<string> {
  const existing = await ifThere(stat(path));
  if (existing === undefined) {
    const link = await ifThere(lstat(path));
    if (link !== undefined) {
      throw new UsageError(`--report takes a file, but ${path} is a link that leads nowhere.`);
    }
    await tryToWriteBeside(path);
    return path;
  }
  if (existing.isDirectory()) {
    throw new UsageError(`--report takes a file, but ${path} is a folder.`);
  }
  if (!existing.isFile()) {
    throw new UsageError(`--report takes a file, but ${path} is a device, a pipe or a socket.`);
  }
  if (isOwnOutput(existing)) {
    throw new UsageError(
      `--report takes a file of its own, but ${path} is where the output of this program goes.`,
    );
  }
  const target = await realpath(path);
  await refuseWriteProtected(target);
  await tryToWriteBeside(target);
  return target;
}

/** A new place beside the target, where the file is made before it takes the target's. */
export function unfinishedPath(target: string): string {
  return `${target}.${randomBytes(4).toString("hex")}.tmp`;
}

/** What cannot be looked at is as good as missing: the attempt to write tells why. */
async function ifThere(looking: Promise<Stats>): Promise<Stats | undefined> {
  return looking.catch(() => undefined);
}

function isOwnOutput({ dev, ino }: Stats): boolean {
  return [1, 2].some((descriptor) => {
    const output = fstatSync(descriptor);
    return output.dev === dev && output.ino === ino;
  });
}

async function refuseWriteProtected(target: string): Promise<void> {
  try {
    await access(target, constants.W_OK);
  } catch (cause) {
    throw new UsageError(`--report cannot replace ${target}: ${systemReason(cause)}.`, { cause });
  }
}

/** Permissions alone do not tell: root passes them, and a file system may still take no files. */
async function tryToWriteBeside(target: string): Promise<void> {
  const unfinished = unfinishedPath(target);
  try {
    await (await open(unfinished, "wx")).close();
    await rm(unfinished);
  } catch (cause) {
    throw new UsageError(
      `--report cannot be written to ${target}: no file can be made in ${dirname(target)}: ` +
        `${systemReason(cause)}.`,
      { cause },
    );
  }
}
