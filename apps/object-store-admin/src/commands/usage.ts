import { formatBytes, formatCount } from "@repo/command-line/units";
import type { Usage } from "@repo/object-store/maintenance";

import type { Work } from "../cli/command.js";
import { ExitCode } from "../cli/exit-code.js";
import { describeBucket } from "../output/describe-bucket.js";
import { given, type Tools } from "./tools.js";

export async function usage(
  { owner, system, top }: Extract<Work, { name: "usage" }>,
  { maintenance, printer, signal, ownerId }: Tools,
): Promise<number> {
  const only = system ? null : owner === undefined ? undefined : ownerId(owner);
  const report = await maintenance.usage({ ...given({ owner: only, top }), signal });
  const { images, audio, variants, owners } = report;
  printer.report(report, true, [
    formatBytes(images.bytes + audio.bytes + variants.bytes),
    `images  ${describe(images)}`,
    `audio   ${describe(audio)}`,
    ...(variants.files === 0 ? [] : [`variants  ${describe(variants)}`]),
    ...describeBucket(report),
    ...owners.map(
      (each) =>
        `${String(each.owner ?? "(system)").padEnd(36)}  ${describe(each.images)}; audio ${describe(each.audio)}`,
    ),
  ]);
  return ExitCode.ok;
}

function describe({ files, bytes, unfinished }: Usage): string {
  return `${formatCount(files, "file")}, ${formatBytes(bytes)}, ${unfinished} unfinished`;
}
