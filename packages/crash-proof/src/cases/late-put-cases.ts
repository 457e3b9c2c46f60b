import { erase, removeFile, upload } from "./acts.js";
import { mediaAt } from "./media-at.js";
import type { Props, UseCase } from "./use-case.js";

/**
 * The first PUT goes unanswered and is repeated with success; what was sent first arrives once the
 * file is gone.
 */
export const LATE_PUT_CASES: readonly UseCase[] = [
  {
    name: "late PUT after deletion",
    kinds: ["image"],
    files: 0,
    landsLate: true,
    async run(props) {
      const id = await uploadSmall(props);
      if (id !== undefined) await removeFile(props, id);
    },
  },
  {
    name: "late PUT after erasure",
    kinds: ["audio"],
    files: 0,
    oneIn: 4,
    landsLate: true,
    afterwards: "erase",
    async run(props) {
      await uploadSmall(props);
      await erase(props);
    },
  },
];

function uploadSmall(props: Props): Promise<string | undefined> {
  return upload(props, mediaAt(props.stage.small, 0), "buffer");
}
