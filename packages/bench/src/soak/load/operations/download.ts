import { createHash } from "node:crypto";

import type { Operation } from "../operation.js";
import { WrongHashError } from "../wrong-hash-error.js";

/** Reads a whole file and compares its hash with that of what was sent. */
export const download: Operation = {
  name: "download",
  run: ({ scope, shelf, tally }) =>
    shelf.reading(1, async (files) => {
      for (const { id, kind, sha256 } of files) {
        const { stream } = await scope[kind].download(id);
        const hash = createHash("sha256");
        for await (const chunk of stream as AsyncIterable<Uint8Array>) {
          hash.update(chunk);
          tally.downloadedBytes += chunk.byteLength;
        }
        const actual = hash.digest("hex");
        if (actual !== sha256) throw new WrongHashError(id, actual, sha256);
      }
    }),
};
