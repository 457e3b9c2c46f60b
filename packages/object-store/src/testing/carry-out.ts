import { Readable } from "node:stream";

import type { DeleteManyResult, ObjectDownload } from "@repo/s3-provider";

import { abortedCall, brokenConnection } from "./broken-connection.js";
import { cutStream } from "./cut-stream.js";
import { signalOf, type StorageCall } from "./storage-call.js";
import type { DecidingFault } from "./storage-fault.js";

/** A call that a fault strikes. */
export interface Attempt {
  call: StorageCall;
  parameters: readonly unknown[];
  method: (...parameters: unknown[]) => unknown;
}

/** Carries a call out as far as its fault allows. */
export async function carryOut(
  { call, parameters, method }: Attempt,
  fault: DecidingFault,
): Promise<unknown> {
  const { operation, keys } = call;
  // What the client cannot know of a request that it sent.
  const unknownIfWrite = READS.has(operation) ? "not_applied" : "unknown";
  const subject = { operation, ...(keys.length === 1 && { key: keys[0] ?? "" }) };
  const discardBody = (): void => {
    bodyOf(parameters)?.destroy();
  };
  switch (fault.type) {
    case "error":
      discardBody();
      throw fault.error ?? brokenConnection(subject, "not_applied");
    case "loseResponse": {
      const answer = await method(...parameters);
      if (operation === "get") (answer as ObjectDownload).body.destroy();
      throw brokenConnection(subject, unknownIfWrite);
    }
    case "unanswered": {
      const answer = await method(...parameters);
      return MAKES_OBJECT.has(operation) ? { ...(answer as object), unanswered: true } : answer;
    }
    case "hang": {
      const signal = signalOf(parameters);
      await new Promise<void>((resolve) => {
        if (signal?.aborted === true) resolve();
        signal?.addEventListener("abort", () => {
          resolve();
        });
      });
      discardBody();
      throw abortedCall(subject, unknownIfWrite, signal?.reason);
    }
    case "deleteErrors":
      return operation === "deleteMany"
        ? deletePartly(call, parameters, method, fault)
        : method(...parameters);
    case "cut": {
      if (operation === "put") {
        const stream = bodyOf(parameters);
        await takeBytes(stream, fault.after);
        // A stream's last byte is known not to have left; bytes go as one.
        throw brokenConnection(subject, stream === undefined ? "unknown" : "not_applied");
      }
      const answer = await method(...parameters);
      if (operation !== "get") return answer;
      const download = answer as ObjectDownload;
      return {
        ...download,
        body: cutStream(download.body, fault.after, brokenConnection(subject, "not_applied")),
      };
    }
  }
}

const READS: ReadonlySet<string> = new Set([
  "get",
  "head",
  "listParts",
  "presignGet",
  "presignPut",
  "presignPost",
  "presignPart",
]);

const MAKES_OBJECT: ReadonlySet<string> = new Set(["put", "completeMultipartUpload", "copy"]);

function bodyOf([input]: readonly unknown[]): Readable | undefined {
  const isObject = typeof input === "object" && input !== null;
  return isObject && "body" in input && input.body instanceof Readable ? input.body : undefined;
}

/** Reads what a broken connection would have taken, and gives the source up. An error of its own wins. */
async function takeBytes(body: Readable | undefined, bytes: number): Promise<void> {
  if (body === undefined) return;
  let left = bytes;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    left -= chunk.byteLength;
    if (left <= 0) break;
  }
}

async function deletePartly(
  { operation, keys }: StorageCall,
  [, ...options]: readonly unknown[],
  method: (...parameters: unknown[]) => unknown,
  { keys: isKept }: Extract<DecidingFault, { type: "deleteErrors" }>,
): Promise<DeleteManyResult> {
  const spared = keys.filter((key) => !isKept(key));
  const result = (await method(spared, ...options)) as DeleteManyResult;
  const failed = keys
    .filter((key) => isKept(key))
    .map((key) => ({ key, error: brokenConnection({ operation, key }, "unknown") }));
  return { deleted: result.deleted, failed: [...result.failed, ...failed] };
}
