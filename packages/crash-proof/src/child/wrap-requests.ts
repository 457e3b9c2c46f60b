import http from "node:http";
import { syncBuiltinESMExports } from "node:module";

import type { Step } from "../job.js";
import type { Begin } from "./probe-handler.js";

/** Makes a step of every HTTP request: the child talks HTTP to nothing but S3. */
export function wrapRequests(begin: Begin): void {
  const { request } = http;
  http.request = function (...parameters: Parameters<typeof http.request>) {
    const [options] = parameters;
    const method = typeof options === "object" && "method" in options ? options.method : undefined;
    const what = typeof method === "string" ? method : "GET";
    const step: Step = { system: "s3", what, bodyBytes: 0, isAnswered: false };
    const begun = begin(step);
    if (begun === undefined) return request(...parameters);
    const { handler, number } = begun;
    handler.reached(number, "before");
    const sending = request(...parameters);
    const write = sending.write.bind(sending) as (...piece: unknown[]) => boolean;
    sending.write = ((...piece: unknown[]) => {
      const [chunk] = piece as [string | Uint8Array];
      step.bodyBytes += Buffer.byteLength(chunk);
      const more = write(...piece);
      setImmediate(() => {
        handler.reached(number, "midway");
      });
      return more;
    }) as typeof sending.write;
    sending.once("finish", () => {
      setImmediate(() => {
        handler.reached(number, "sent");
      });
    });
    sending.prependOnceListener("response", () => {
      step.isAnswered = true;
      handler.reached(number, "after");
    });
    return sending;
  } as typeof http.request;
  syncBuiltinESMExports();
}
