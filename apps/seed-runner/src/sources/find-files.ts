import type { Stats } from "node:fs";
import { readdir, stat } from "node:fs/promises";

import { errorCode, errorMessage } from "../errors.js";

/** What a path leads to: a file, or something that cannot be imported. */
export type Finding = { path: string; problem?: Problem };

export interface Problem {
  event: "rejected" | "failed";
  code: "invalid_input" | "unreadable_file";
  message: string;
}

/**
 * The files that the paths name, and all below those that are folders, in the order of the
 * arguments and sorted by name within each folder. Each path appears once. Links to files are
 * followed; links to folders only where they are arguments themselves, so no walk ends in a loop.
 *
 * @param note hears of what is left out
 */
export async function findFiles(
  paths: readonly string[],
  note: (message: string) => void,
): Promise<Finding[]> {
  const findings = new Map<string, Finding>();
  for (const argument of paths) {
    const path = withoutTrailingSlashes(argument);
    for await (const finding of walk(path, { isArgument: true, note })) {
      if (!findings.has(finding.path)) findings.set(finding.path, finding);
    }
  }
  return [...findings.values()];
}

async function* walk(
  path: string,
  options: { isArgument?: boolean; isLink?: boolean; note: (message: string) => void },
): AsyncGenerator<Finding> {
  const { isArgument = false, isLink = false, note } = options;
  let stats: Stats;
  try {
    stats = await stat(path);
  } catch (error) {
    yield { path, problem: unreadable(path, error) };
    return;
  }
  if (stats.isFile()) {
    yield { path };
  } else if (!stats.isDirectory()) {
    yield { path, problem: special(stats) };
  } else if (isLink && !isArgument) {
    note(`${path} links to a folder and is not followed. Name it with --from to import it.`);
  } else {
    yield* walkFolder(path, note);
  }
}

async function* walkFolder(path: string, note: (message: string) => void): AsyncGenerator<Finding> {
  let entries;
  try {
    entries = await readdir(path, { withFileTypes: true });
  } catch (error) {
    yield { path, problem: unreadable(path, error) };
    return;
  }
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const prefix = path.endsWith("/") ? path : `${path}/`;
  for (const entry of entries) {
    yield* walk(`${prefix}${entry.name}`, { isLink: entry.isSymbolicLink(), note });
  }
}

function withoutTrailingSlashes(path: string): string {
  return path.replace(/(?<=[^/])\/+$/u, "");
}

function special(stats: Stats): Problem {
  const what = stats.isFIFO()
    ? "a named pipe"
    : stats.isSocket()
      ? "a socket"
      : stats.isCharacterDevice() || stats.isBlockDevice()
        ? "a device"
        : "a special file";
  return {
    event: "rejected",
    code: "invalid_input",
    message: `This is ${what}; only regular files can be imported.`,
  };
}

function unreadable(path: string, error: unknown): Problem {
  const reason = errorMessage(error);
  // Node decodes a name that is not UTF-8 with replacement characters, and then cannot find it.
  const message =
    path.includes("\uFFFD") && errorCode(error) === "ENOENT"
      ? "The name is not valid UTF-8. Rename the file to import it."
      : reason;
  return { event: "failed", code: "unreadable_file", message };
}
