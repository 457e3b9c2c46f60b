import { Mp3OutputFormat } from "mediabunny";

import { encodeAudio } from "../audio/encode-audio.js";
import { packMp3Frame, readMp3Audio } from "../audio/mp3-frames.js";
import { melody, shaped } from "../audio/signals.js";
import { concat } from "../bytes.js";
import { id3Tag } from "../containers/id3.js";
import type { Expandable } from "./expandable.js";
import { repeated } from "./repeated.js";

const TITLE = "Over and over";

/** Decoders want to see a few frames in a row before they believe in any. */
const MIN_FRAMES = 4;

/** Kilobits per second of the frames in turn. */
const CONSTANT = [128] as const;
const VARIABLE = [128, 192] as const;

/**
 * Grows by repeating frames that depend on no other. What is left over at the end, less than a
 * frame, goes into the ID3v2 tag at the start.
 *
 * @param vbrWithoutHeader frames of two bitrates in turn, and no header that counts them
 */
export async function expandableMp3(vbrWithoutHeader: boolean): Promise<Expandable> {
  const { bytes } = await encodeAudio({
    container: new Mp3OutputFormat({ xingHeader: false }),
    codec: "mp3",
    signal: shaped(melody([62, 69, 74, 78], 0.5), 2),
    duration: 2,
    sampleRate: 48_000,
    channels: 1,
    bitrate: 64_000,
  });
  const bitrates = vbrWithoutHeader ? VARIABLE : CONSTANT;
  const audio = readMp3Audio(bytes);
  const whole = audio.slice(0, audio.length - (audio.length % bitrates.length));
  const frames = whole.map((frame, index) =>
    packMp3Frame(frame, bitrates[index % bitrates.length] ?? CONSTANT[0]),
  );
  const cycle = concat(frames);
  return {
    minimumSize: id3Tag(TITLE, 0).length + concat(frames.slice(0, MIN_FRAMES)).length,
    *pieces(byteSize) {
      const space = byteSize - id3Tag(TITLE, 0).length;
      let rest = space % cycle.length;
      for (const frame of frames) {
        if (frame.length > rest) break;
        rest -= frame.length;
      }
      yield id3Tag(TITLE, rest);
      yield* repeated(cycle, space - rest);
    },
  };
}
