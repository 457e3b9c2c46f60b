import { FlacOutputFormat } from "mediabunny";

import { encodeAudio } from "../audio/encode-audio.js";
import { chord, shaped } from "../audio/signals.js";
import { uint32be } from "../bytes.js";
import type { Expandable } from "./expandable.js";
import { evenParts } from "./parts.js";
import { repeated } from "./repeated.js";

/** The signature and the STREAMINFO block, which comes first and has a fixed length. */
const STREAMINFO_END = 42;

const BLOCK_HEADER = 4;
const PADDING_TYPE = 1;

/** The largest block: a 24-bit length behind its header. */
const MAX_BLOCK = BLOCK_HEADER + 0xff_ffff;

const ZEROS = new Uint8Array(65_536);

/** Grows by PADDING blocks (RFC 9639, section 8.3), which hold zeros only, before the sound. */
export async function expandableFlac(): Promise<Expandable> {
  const { bytes } = await encodeAudio({
    container: new FlacOutputFormat(),
    codec: "flac",
    signal: shaped(chord([52, 59, 64, 68]), 1),
    duration: 1,
    sampleRate: 44_100,
    channels: 2,
    tags: { title: "Padded" },
  });
  return {
    minimumSize: bytes.length + BLOCK_HEADER,
    *pieces(byteSize) {
      yield bytes.subarray(0, STREAMINFO_END);
      for (const { size } of evenParts(byteSize - bytes.length, MAX_BLOCK)) {
        const length = size - BLOCK_HEADER;
        yield uint32be(PADDING_TYPE * 2 ** 24 + length);
        yield* repeated(ZEROS, length);
      }
      yield bytes.subarray(STREAMINFO_END);
    },
  };
}
