import { PassThrough, type Readable } from "node:stream";

import { abortFailure } from "./abort.js";
import { storageFailure } from "./storage-client.js";

/** The same bytes; failures as errors of ours; destroying it destroys the body. */
export function withOurErrors(body: Readable, signal: AbortSignal): Readable {
  const stream = new PassThrough();
  // Whoever reads it sees its failure; one that nobody listens to must not end the process.
  stream.on("error", () => undefined);
  // Also of one whose bytes have all come and wait to be read.
  signal.addEventListener("abort", () => stream.destroy(abortFailure(signal)));
  body.on("error", (error) => {
    stream.destroy(storageFailure("read the file", error, signal));
  });
  stream.on("close", () => {
    body.destroy();
  });
  return body.pipe(stream);
}
