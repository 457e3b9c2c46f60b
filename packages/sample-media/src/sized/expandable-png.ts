import { crc32 } from "node:zlib";

import { concat, latin1, uint32be } from "../bytes.js";
import { fillerBlock } from "../filler.js";
import { drawnOpaque } from "../images/render.js";
import { mandala } from "../scenes/mandala.js";
import { encoded } from "../images/image-sample.js";
import type { Expandable } from "./expandable.js";
import { evenParts } from "./parts.js";

/** Length, type and CRC around the data of a chunk. */
const CHUNK_FRAME = 12;

/** The IEND chunk, which has no data. */
const END_SIZE = CHUNK_FRAME;

/** Ancillary, private and safe to copy, as the case of its letters says (PNG, section 5.4). */
const PRIVATE_TYPE = latin1("paDd");

function privateChunk(data: Uint8Array): Uint8Array {
  const body = concat([PRIVATE_TYPE, data]);
  return concat([uint32be(data.length), body, uint32be(crc32(body))]);
}

/** Grows by private chunks between the image data and the end. */
export async function expandablePng(): Promise<Expandable> {
  const file = await encoded(drawnOpaque(mandala(), { width: 256, height: 256 }).png());
  const end = file.length - END_SIZE;
  return {
    minimumSize: file.length + CHUNK_FRAME,
    *pieces(byteSize) {
      yield file.subarray(0, end);
      for (const { index, size } of evenParts(byteSize - file.length, 65_536)) {
        yield privateChunk(fillerBlock(size - CHUNK_FRAME, index));
      }
      yield file.subarray(end);
    },
  };
}
