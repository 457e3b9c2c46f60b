import { createInterface } from "node:readline/promises";

import { UsageError } from "@repo/command-line/usage-error";
import { formatBytes, formatCount } from "@repo/command-line/units";

import type { Work } from "../cli/command.js";
import { ExitCode } from "../cli/exit-code.js";
import type { Tools } from "./tools.js";

export async function erase(
  { userId: given, yes }: Extract<Work, { name: "erase" }>,
  { maintenance, printer, canAsk, signal, ownerId }: Tools,
): Promise<number> {
  const userId = ownerId(given);
  if (!yes && !(await isConfirmed(userId, { maintenance, canAsk, signal }))) {
    printer.note("Nothing was erased.");
    return ExitCode.failure;
  }
  const receipt = await maintenance.eraseUser(userId, {
    signal,
    onProgress: ({ lines }) => {
      printer.progress(`${lines} erased`);
    },
    onLine: (line) => {
      const { outcome, key, versionId, byteSize, sha256, until } = line;
      const why = line.constraint ?? line.retention ?? line.errorCode;
      const size = byteSize === null ? "" : formatBytes(byteSize);
      printer.line(
        { event: "line", ...line },
        [outcome.padEnd(9), key, versionId, size, sha256, until?.toISOString(), why]
          .filter((part) => part !== null && part !== undefined && part !== "")
          .join("  "),
      );
    },
  });
  const { lines, ...report } = receipt;
  const { complete, startedAt, finishedAt } = report;
  const isDirectLeft = lines.some(
    ({ kind, outcome }) => kind === "direct_upload" && outcome === "tombstone",
  );
  const inUse = lines.filter(({ outcome }) => outcome === "in_use");
  const retained = lines.filter(({ outcome }) => outcome === "retained");
  const denied = lines.filter(({ errorCode }) => errorCode === "s3_access_denied");
  const kept = retained.flatMap(({ until }) => until ?? []).map(Number);
  const later = isDirectLeft
    ? "once its direct uploads have expired (25 hours)"
    : "in half an hour";
  printer.report({ ...report, lines: lines.length }, complete, [
    complete
      ? `Nothing of ${userId} is left.`
      : `Something of ${userId} is left: run "sweep", and repeat this ${later}.`,
    ...(inUse.length === 0
      ? []
      : [`Of it, ${formatCount(inUse.length, "file")} in use: first remove what refers to them.`]),
    ...(retained.length === 0
      ? []
      : [
          `Of it, ${formatCount(retained.length, "version")} retained by Object Lock: repeat this after ${
            kept.length === 0 ? "the legal hold" : new Date(Math.max(...kept)).toISOString()
          }.`,
        ]),
    ...(denied.length === 0
      ? []
      : [
          `Of it, ${formatCount(denied.length, "line")} denied by S3: grant s3:DeleteObject, s3:DeleteObjectVersion and s3:ListBucketVersions.`,
        ]),
    `bucket  versioning ${receipt.versioning}`,
    `${formatCount(lines.length, "line")}, from ${startedAt.toISOString()} to ${finishedAt.toISOString()}`,
  ]);
  return complete ? ExitCode.ok : ExitCode.attention;
}

/** @throws UsageError where there is nobody to ask */
async function isConfirmed(
  userId: string | number,
  { maintenance, canAsk, signal }: Pick<Tools, "maintenance" | "canAsk" | "signal">,
): Promise<boolean> {
  if (!canAsk) {
    throw new UsageError("erase cannot be undone: say --yes, as there is no terminal to ask at.");
  }
  const { images, audio } = await maintenance.usage({ owner: userId, top: 0, signal });
  const files = formatCount(images.files + audio.files, "file");
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const question = `Erase ${files} of ${userId} for good? Type yes: `;
    return (await terminal.question(question, { signal })).trim() === "yes";
  } finally {
    terminal.close();
  }
}
