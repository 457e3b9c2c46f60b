import type { Work } from "../cli/command.js";
import { ExitCode } from "../cli/exit-code.js";
import { given, type Tools } from "./tools.js";

export async function sweep(
  { batchSize }: Extract<Work, { name: "sweep" }>,
  { maintenance, printer, signal }: Tools,
): Promise<number> {
  const report = await maintenance.sweep({
    ...given({ batchSize }),
    signal,
    onProgress: ({ removed, abandoned, aborted }) => {
      printer.progress(`${removed + abandoned} files, ${aborted} multipart uploads`);
    },
  });
  const { removed, abandoned, aborted, failed } = report;
  printer.report(report, failed === 0, [
    failed === 0 ? "Swept." : `${failed} left for the next sweep: S3 would not remove them.`,
    `${removed} files removed, ${abandoned} uploads given up, ${aborted} multipart uploads discarded`,
  ]);
  return failed === 0 ? ExitCode.ok : ExitCode.attention;
}
