import type { HoppedRecords } from "../byte-cursor.js";
import { describeFrame, sameStream } from "./mpeg-frame.js";

interface MpegPart {
  header: number;
  frames: number;
  bytes: number;
}

/** Adds up the frames of a file, which may be joined from streams of several kinds. */
export class MpegParts {
  /** One for each sample rate, version and channel count: 18 at most. */
  readonly #parts: MpegPart[] = [];

  /** @param first header of the file's first frame, which describes it where it holds no audio */
  constructor(private readonly first: number) {}

  add(header: number, { count, bytes }: HoppedRecords): void {
    if (count === 0) return;
    let part = this.#parts.find((each) => sameStream(each.header, header));
    if (part === undefined) this.#parts.push((part = { header, frames: 0, bytes: 0 }));
    part.frames += count;
    part.bytes += bytes;
  }

  /** All of them, with a header of the longest kind. */
  sum(): MpegPart & { seconds: number } {
    const sum = { header: this.first, frames: 0, bytes: 0, seconds: 0 };
    let longest = 0;
    for (const part of this.#parts) {
      const { samples, sampleRate } = describeFrame(part.header);
      const seconds = (part.frames * samples) / sampleRate;
      sum.frames += part.frames;
      sum.bytes += part.bytes;
      sum.seconds += seconds;
      if (seconds > longest) {
        longest = seconds;
        sum.header = part.header;
      }
    }
    return sum;
  }
}
