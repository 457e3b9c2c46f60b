import { createHash, type Hash } from "node:crypto";
import { parentPort } from "node:worker_threads";

/** From a body to the thread that hashes it. Updates and digests are answered in their order. */
export type HashRequest =
  /** The next bytes, or the last ones: memory that all threads see, or that was handed over. */
  | { what: "update" | "digest"; hash: number; bytes: Uint8Array }
  /** No more will come. */
  | { what: "forget"; hash: number };

/** From the thread. */
export type HashingReply = { ready: true } | HashReply;

export interface HashReply {
  hash: number;
  /** Where one was asked for. */
  digest: Uint8Array | undefined;
}

if (parentPort === null) throw new Error("This module runs in a worker thread only.");
const port = parentPort;
const open = new Map<number, Hash>();

function hashOf(id: number): Hash {
  const known = open.get(id);
  if (known !== undefined) return known;
  const hash = createHash("sha256");
  open.set(id, hash);
  return hash;
}

function answerTo(request: Exclude<HashRequest, { what: "forget" }>): HashReply {
  const { what, hash: id, bytes } = request;
  const hash = hashOf(id).update(bytes);
  if (what === "update") return { hash: id, digest: undefined };
  open.delete(id);
  return { hash: id, digest: new Uint8Array(hash.digest()) };
}

port.on("message", (request: HashRequest) => {
  if (request.what === "forget") open.delete(request.hash);
  else port.postMessage(answerTo(request));
});
port.postMessage({ ready: true } satisfies HashingReply);
