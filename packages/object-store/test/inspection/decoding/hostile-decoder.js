import { pbkdf2Sync } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

import { decodeImage } from "../../../dist/inspection/decoding/decode-image.js";
import { serveDecodes } from "../../../dist/inspection/decoding/serve-decodes.js";

/**
 * What a decoder process runs in tests: the decoder of every day, but one of these texts at the end
 * of an image makes it behave as if the image had struck a bug.
 */
const BUGS = {
  // In native code, where nothing but the end of the process stops it.
  "!spin": () => pbkdf2Sync("", "", 2 ** 31 - 1, 64, "sha512"),
  "!bufs": async () => {
    const eaten = [];
    for (;;) {
      eaten.push(Buffer.alloc(16 * 1024 * 1024, 1));
      await sleep(1);
    }
  },
  "!exit": () => process.exit(1),
};

serveDecodes(async (bytes, job) => {
  await BUGS[bytes.subarray(-5).toString("latin1")]?.();
  return decodeImage(bytes, job);
});
