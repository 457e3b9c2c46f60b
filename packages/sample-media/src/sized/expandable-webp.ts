import { concat, uint32le } from "../bytes.js";
import { RIFF_CHUNK_HEADER, riffChunk, riffChunkHeader, riffHeader } from "../containers/riff.js";
import { filler } from "../filler.js";
import { encoded } from "../images/image-sample.js";
import { drawnOpaque } from "../images/render.js";
import { seigaiha } from "../scenes/seigaiha.js";
import type { Expandable } from "./expandable.js";

const SIZE = { width: 360, height: 240 };
const RIFF_HEADER_SIZE = 12;

/** Bytes of an integer of the extended header; the fourth of each 32-bit number falls away. */
const UINT24 = 3;

/** The extended file format's first chunk (RFC 9649, section 2.7.1), without any flag. */
function extendedHeader(): Uint8Array {
  const flags = uint32le(0);
  const width = uint32le(SIZE.width - 1).subarray(0, UINT24);
  const height = uint32le(SIZE.height - 1).subarray(0, UINT24);
  return riffChunk("VP8X", concat([flags, width, height]));
}

/**
 * Grows by an unknown chunk behind the image, which the extended format allows. A RIFF form has an
 * even length: of an odd size, the last byte lies behind the form, where readers ignore it.
 */
export async function expandableWebp(): Promise<Expandable> {
  const simple = await encoded(drawnOpaque(seigaiha(), SIZE).webp());
  const chunks = concat([extendedHeader(), simple.subarray(RIFF_HEADER_SIZE)]);
  const fixedSize = RIFF_HEADER_SIZE + chunks.length + RIFF_CHUNK_HEADER;
  return {
    minimumSize: fixedSize,
    *pieces(byteSize) {
      const end = byteSize - (byteSize % 2);
      yield riffHeader("WEBP", end);
      yield chunks;
      yield riffChunkHeader("JUNK", end - fixedSize);
      yield* filler(end - fixedSize);
      yield new Uint8Array(byteSize - end);
    },
  };
}
