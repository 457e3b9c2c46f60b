import { floor, round } from "../math.js";
import { melody, shaped } from "../audio/signals.js";
import { concat, uint16le, uint32le, viewOf } from "../bytes.js";
import { RIFF_CHUNK_HEADER, riffChunk, riffChunkHeader, riffHeader } from "../containers/riff.js";
import type { Expandable } from "./expandable.js";
import { repeated } from "./repeated.js";

const SAMPLE_RATE = 44_100;
const CHANNELS = 2;
const BYTES_PER_FRAME = 2 * CHANNELS;
const RIFF_HEADER_SIZE = 12;

/** The `fmt ` chunk of 16-bit stereo PCM. */
function formatChunk(): Uint8Array {
  return riffChunk(
    "fmt ",
    concat([
      uint16le(1),
      uint16le(CHANNELS),
      uint32le(SAMPLE_RATE),
      uint32le(SAMPLE_RATE * BYTES_PER_FRAME),
      uint16le(BYTES_PER_FRAME),
      uint16le(16),
    ]),
  );
}

/** Two bars of PCM that end in silence, for playing over and over. */
function pcmLoop(): Uint8Array {
  const seconds = 1.6;
  const signal = shaped(melody([60, 67, 72, 76], 0.4), seconds);
  const pcm = new Uint8Array(SAMPLE_RATE * seconds * BYTES_PER_FRAME);
  const view = viewOf(pcm);
  for (let offset = 0; offset < pcm.length; offset += 2) {
    const frame = floor(offset / BYTES_PER_FRAME);
    const channel = (offset / 2) % CHANNELS;
    view.setInt16(offset, round(signal(frame / SAMPLE_RATE, channel) * 32_767), true);
  }
  return pcm;
}

/**
 * Grows by repeating its sound. A `JUNK` chunk takes up half a frame where one is left over. A RIFF
 * form has an even length: of an odd size, the last byte lies behind the form.
 */
export function expandableWav(): Promise<Expandable> {
  const format = formatChunk();
  const loop = pcmLoop();
  const fixedSize = RIFF_HEADER_SIZE + format.length + 2 * RIFF_CHUNK_HEADER;
  return Promise.resolve({
    minimumSize: fixedSize + BYTES_PER_FRAME,
    *pieces(byteSize: number) {
      const end = byteSize - (byteSize % 2);
      const junk = (end - fixedSize) % BYTES_PER_FRAME;
      const dataSize = end - fixedSize - junk;
      yield riffHeader("WAVE", end);
      yield format;
      yield riffChunk("JUNK", new Uint8Array(junk));
      yield riffChunkHeader("data", dataSize);
      yield* repeated(loop, dataSize);
      yield new Uint8Array(byteSize - end);
    },
  });
}
