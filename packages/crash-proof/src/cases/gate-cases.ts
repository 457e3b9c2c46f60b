import { finished } from "node:stream/promises";

import { type BeforeReady, FileRefusedError } from "@repo/object-store";

import { inTransaction, upload } from "./acts.js";
import { complete } from "./direct-acts.js";
import { whenSent } from "./direct-upload-cases.js";
import { mediaAt } from "./media-at.js";
import type { Props, UseCase } from "./use-case.js";

/** Reads the file, as a scanner does: a step, so that the process is killed while it runs. */
const scan: BeforeReady = async (_file, openBytes) => {
  await finished((await openBytes()).resume());
};

const refuse: BeforeReady = async (...given) => {
  await scan(...given);
  throw new FileRefusedError("infected");
};

/** A scanner that cannot read the file has no verdict. */
const MEETS = ["gate_failed"];

/** Files that a hook sees before they are ready. */
export const GATE_CASES: readonly UseCase[] = [
  {
    name: "upload that a hook reads",
    files: 0,
    beforeReady: scan,
    meets: MEETS,
    run: small,
  },
  {
    name: "upload that a hook refuses",
    files: 0,
    oneIn: 2,
    beforeReady: refuse,
    meets: [...MEETS, "file_refused"],
    run: small,
  },
  {
    name: "transaction with upload that a hook reads",
    kinds: ["image"],
    files: 0,
    oneIn: 2,
    beforeReady: scan,
    meets: MEETS,
    run: (props) => inTransaction(props, "commit", (transaction) => small(props, { transaction })),
  },
  {
    name: "direct upload that a hook reads",
    kinds: ["image"],
    files: 0,
    oneIn: 2,
    beforeReady: scan,
    meets: MEETS,
    afterwards: "complete again",
    run: direct,
  },
  {
    name: "direct upload that a hook refuses",
    kinds: ["audio"],
    files: 0,
    oneIn: 2,
    beforeReady: refuse,
    meets: [...MEETS, "file_refused"],
    run: direct,
  },
];

function small(
  props: Props,
  options: Parameters<typeof upload>[3] = {},
): Promise<string | undefined> {
  return upload(props, mediaAt(props.stage.small, 0), "buffer", options);
}

async function direct(props: Props): Promise<void> {
  const media = mediaAt(props.stage.small, 0);
  await whenSent(props, media, (sent) => complete(props, sent, media));
}
