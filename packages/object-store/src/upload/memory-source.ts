import { type ByteSource, sourceFailure } from "./byte-source.js";

/** Bytes in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  let position = 0;
  return {
    byteLength: bytes.byteLength,
    bytes,
    filename: undefined,
    read: (target) => {
      try {
        const piece = bytes.subarray(position, position + target.byteLength);
        target.set(piece);
        position += piece.byteLength;
        return Promise.resolve(piece.byteLength);
      } catch (error) {
        // The caller has transferred its memory.
        return Promise.reject(sourceFailure(error));
      }
    },
    close: () => Promise.resolve(),
  };
}
