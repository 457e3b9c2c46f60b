import type { JobBytes } from "../../src/jobs.js";

const CHUNK_BYTES = 1000;

/** Bytes for a job, in small chunks. */
export function jobBytes(bytes: Uint8Array): JobBytes {
  return {
    byteLength: bytes.byteLength,
    async *chunks() {
      for (let at = 0; at < bytes.byteLength; at += CHUNK_BYTES) {
        await Promise.resolve();
        yield bytes.subarray(at, at + CHUNK_BYTES);
      }
    },
  };
}
