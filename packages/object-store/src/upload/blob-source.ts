import { type ByteSource, sourceFailure } from "./byte-source.js";

/** A Blob or a File, read piece by piece. */
export function blobSource(blob: Blob): ByteSource {
  let position = 0;
  return {
    byteLength: blob.size,
    filename: "name" in blob && typeof blob.name === "string" ? blob.name : undefined,
    contentType: blob.type,
    async read(target) {
      try {
        const piece = blob.slice(position, position + target.byteLength);
        const bytes = new Uint8Array(await piece.arrayBuffer());
        target.set(bytes);
        position += bytes.byteLength;
        return bytes.byteLength;
      } catch (error) {
        throw sourceFailure(error);
      }
    },
    close: () => Promise.resolve(),
  };
}
