import type { ByteCursor, Walk } from "../byte-cursor.js";
import type { InspectionLimits } from "../inspection-limits.js";
import { PartCounter } from "../part-counter.js";
import { RecordRun } from "../records/record-run.js";
import type { Checkpoint } from "../seen-progress.js";
import { skipTag } from "../tags/leading-tags.js";
import { describeFrame, layer3FrameBytes, MPEG_HEADER_BYTES } from "./mpeg-frame.js";
import { MAX_FALSE_FINDS, seekFrames } from "./mpeg-sync.js";
import { announcedFrames, XING_BYTES } from "./xing.js";

/** Layer III frames that came, one behind the other or with tags and garbage in between. */
export interface MpegStream {
  /** Header of the first audio frame. */
  header: number;
  /** What a Xing or VBRI header announces, 0 where it or its claim is missing. */
  announced: number;
  frames: number;
  bytes: number;
}

/** The length of the stream. */
export function mpegSeconds({ header, frames }: MpegStream): number {
  const { samples, sampleRate } = describeFrame(header);
  return (frames * samples) / sampleRate;
}

/**
 * Counts the frames from the one that begins at the cursor on, up to the offset `end`, by hopping
 * from header to header. A Xing header is no audio, and its claim is used only to tell where audio
 * ends and garbage begins; behind a whole tag audio may go on, as in files that were concatenated.
 */
export function* countFrames(
  source: ByteCursor,
  limits: InspectionLimits,
  end = Infinity,
): Walk<MpegStream> {
  const first = (yield* source.peek(MPEG_HEADER_BYTES)).readUInt32BE(0);
  const announced = announcedFrames(yield* source.peek(XING_BYTES), first);
  if (announced !== undefined) yield* source.skip(layer3FrameBytes(first));

  const count = new FrameCount(first, announced ?? 0, limits);
  try {
    count.restore(yield* source.resumable(() => count.checkpoint()));
    yield* count.run(source, end);
  } finally {
    source.endResumable();
  }
  return count.stream;
}

/** The counting itself, which can be handed over between two frames. */
class FrameCount {
  readonly stream: MpegStream;
  readonly #first: number;
  readonly #budget = { left: MAX_FALSE_FINDS };
  readonly #parts: PartCounter;
  /** The frames that are being counted; undefined while other bytes are passed over. */
  #run: RecordRun | undefined;
  /** Offset of the first of them. */
  #start = 0;

  constructor(first: number, announced: number, limits: InspectionLimits) {
    this.#first = first;
    this.#parts = new PartCounter(limits.maxParts);
    this.stream = { header: first, announced, frames: 0, bytes: 0 };
  }

  /** In front of the frame that is under way, if the parser saw its header. */
  checkpoint(): Checkpoint | undefined {
    const run = this.#run;
    if (run === undefined || run.isInPassed) return undefined;
    const { header, frames, bytes } = this.stream;
    const state = [
      header,
      frames + run.count,
      bytes + run.bytes,
      this.#parts.left,
      this.#budget.left,
    ];
    return { offset: this.#start + run.bytes, state };
  }

  restore(state: readonly number[] | undefined): void {
    if (state === undefined) return;
    const [header = 0, frames = 0, bytes = 0, partsLeft = 0, budgetLeft = 0] = state;
    Object.assign(this.stream, { header, frames, bytes });
    this.#parts.left = partsLeft;
    this.#budget.left = budgetLeft;
  }

  *run(source: ByteCursor, end: number): Walk<void> {
    do {
      const next = yield* source.peek(MPEG_HEADER_BYTES);
      if (next.length < MPEG_HEADER_BYTES) return;
      if (this.stream.frames === 0) this.stream.header = next.readUInt32BE(0);
      if (!(yield* this.#count(source, end)) || source.position >= end) return;
    } while (yield* this.#passOver(source, end));
  }

  /** Counts frames up to other bytes. False where there are none before the end. */
  *#count(source: ByteCursor, end: number): Walk<boolean> {
    const kind = { name: "mpeg-frame", header: this.#first } as const;
    const run = new RecordRun(kind, { end, most: Infinity });
    this.#start = source.position;
    this.#run = run;
    const others = yield* source.passRecords(run);
    this.#run = undefined;
    this.stream.frames += run.count;
    this.stream.bytes += run.bytes;
    return others;
  }

  /** Moves to the next frame, over a tag or garbage. False where there is none, or none is due. */
  *#passOver(source: ByteCursor, end: number): Walk<boolean> {
    const { announced, frames } = this.stream;
    this.#parts.count();
    if (yield* skipTag(source)) return true;
    if (announced > 0 && frames >= announced) return false;
    const within = end - 1 - source.position;
    return yield* seekFrames(source, this.#budget, { like: this.#first, within });
  }
}
