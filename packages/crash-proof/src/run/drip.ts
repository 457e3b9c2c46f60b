import { once } from "node:events";
import { readFile } from "node:fs/promises";
import http from "node:http";

import type { FaultRequest, LocalS3 } from "@repo/local-s3";
import type { DirectRequest } from "@repo/object-store";

import type { Media } from "../job.js";

/** Whether a request is of the client that sends at a drip: no child puts anything there by itself. */
export function isDripped({ operation, key }: FaultRequest): boolean {
  return operation === "PutObject" && key.startsWith("staging/");
}

/** A client that has begun to send a file, and keeps its last byte back. */
export class Drip {
  private constructor(
    private readonly request: http.ClientRequest,
    private readonly lastByte: Buffer,
  ) {}

  /** Resolves once S3 has accepted the request. */
  static async begin(
    server: LocalS3,
    { url, headers }: DirectRequest,
    { path, byteSize }: Media,
  ): Promise<Drip> {
    const bytes = await readFile(path);
    const accepted = new Promise<void>((resolve) => {
      server.faults.add({
        match: (asked) => {
          if (isDripped(asked)) resolve();
          return false;
        },
        fault: { type: "resetRequest" },
      });
    });
    const request = http.request(url, {
      method: "PUT",
      headers: { ...headers, "content-length": byteSize },
    });
    request.write(bytes.subarray(0, -1));
    await Promise.race([
      accepted,
      once(request, "error").then(([error]) => Promise.reject(error as Error)),
    ]);
    return new Drip(request, bytes.subarray(-1));
  }

  /** Sends the last byte; S3 takes the file. */
  async end(): Promise<void> {
    const answered = once(this.request, "response") as Promise<[http.IncomingMessage]>;
    this.request.end(this.lastByte);
    const [response] = await answered;
    response.resume();
    await once(response, "end");
    if (response.statusCode !== 200)
      throw new Error(`S3 answered ${response.statusCode} to a drip`);
  }
}
