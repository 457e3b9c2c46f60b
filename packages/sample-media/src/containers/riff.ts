import { concat, latin1, uint32le } from "../bytes.js";

/** Bytes of a chunk's type and length. */
export const RIFF_CHUNK_HEADER = 8;

/** The start of a chunk; its data follows, padded to an even length. */
export function riffChunkHeader(type: string, length: number): Uint8Array {
  return concat([latin1(type), uint32le(length)]);
}

/** A whole chunk, padded to an even length. */
export function riffChunk(type: string, data: Uint8Array): Uint8Array {
  return concat([riffChunkHeader(type, data.length), data, new Uint8Array(data.length % 2)]);
}

/** The start of a file whose form, chunks included, ends at the even offset `end`. */
export function riffHeader(form: string, end: number): Uint8Array {
  return concat([riffChunkHeader("RIFF", end - RIFF_CHUNK_HEADER), latin1(form)]);
}
