import type { Work } from "../cli/command.js";
import { ExitCode } from "../cli/exit-code.js";
import { given, type Tools } from "./tools.js";

export async function sweep(
  { batchSize }: Extract<Work, { name: "sweep" }>,
  { maintenance, printer, signal }: Tools,
): Promise<number> {
  const report = await maintenance.sweep({
    ...given({ batchSize }),
    // All of them: each run is a process of its own, which remembers no place.
    stagedObjects: 1_000_000_000,
    signal,
    onProgress: ({ removed, abandoned, aborted }) => {
      printer.progress(`${removed + abandoned} files, ${aborted} multipart uploads`);
    },
  });
  const { removed, abandoned, inUse, aborted, strays, failed } = report;
  printer.report(report, failed === 0, [
    failed === 0 ? "Swept." : `${failed} left for the next sweep: S3 would not remove them.`,
    `${removed} files removed, ${abandoned} uploads given up, ${aborted} multipart uploads discarded, ${strays} staged objects removed that came late, ${inUse} files in use kept in the trash`,
  ]);
  return failed === 0 ? ExitCode.ok : ExitCode.attention;
}
