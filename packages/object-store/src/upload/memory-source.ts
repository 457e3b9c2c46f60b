import { isSharedArrayBuffer } from "node:util/types";

import { type BytesInMemory, type ByteSource, sourceFailure } from "./byte-source.js";

/** Bytes in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  let position = 0;
  const memory: BytesInMemory = {
    all: bytes,
    next: (maxBytes) => {
      try {
        return bytes.subarray(position, position + maxBytes);
      } catch (error) {
        // The caller has transferred its memory.
        throw sourceFailure(error);
      }
    },
    pass: (byteLength) => {
      position += byteLength;
    },
  };
  return {
    byteLength: bytes.byteLength,
    // Another thread could change it between two looks.
    memory: isSharedArrayBuffer(bytes.buffer) ? undefined : memory,
    filename: undefined,
    read: (target) =>
      // What is thrown within rejects.
      new Promise((resolve) => {
        const piece = memory.next(target.byteLength);
        target.set(piece);
        memory.pass(piece.byteLength);
        resolve(piece.byteLength);
      }),
    close: () => Promise.resolve(),
  };
}
