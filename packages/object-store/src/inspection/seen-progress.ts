import { SeenBytes } from "./seen-bytes.js";

/** Where, and with what numbers, another parser can go on without having seen what came before. */
export interface Checkpoint {
  offset: number;
  state: readonly number[];
}

/** What a parser saw since it was last asked: ranges of offsets, `[start, end, …]` in order. */
export interface Progress {
  seen: number[];
  /** A checkpoint that makes up for all that was seen since the resumable part began. */
  checkpoint: Checkpoint | undefined;
  /** What was seen from the checkpoint on. */
  seenBehind: number[];
}

/** Keeps what another parser has to see, or be told instead, to come to the same state. */
export class SeenProgress {
  readonly #seen = new SeenBytes();
  /** Ranges that were seen before the resumable part began. */
  #before: number[] = [];
  #snapshot: (() => Checkpoint | undefined) | undefined;
  /** Offset behind all that was told of as seen. */
  #toldEnd = 0;
  #toldCheckpoint = 0;

  add(start: number, end: number): void {
    this.#seen.add(start, end);
  }

  /**
   * Begins the resumable part of the file.
   *
   * @param snapshot the present checkpoint; undefined while there is none
   */
  beginResumable(snapshot: () => Checkpoint | undefined): void {
    this.#before = this.#seen.take();
    this.#toldEnd = this.#seen.end;
    this.#snapshot = snapshot;
  }

  endResumable(): void {
    this.#snapshot = undefined;
  }

  take(): Progress {
    const before = this.#before.splice(0);
    const seen = this.#seen.take();
    const told = this.#toldEnd;
    this.#toldEnd = this.#seen.end;
    const checkpoint = this.#snapshot?.();
    // What was told of before must not lie behind the checkpoint: it would not be told again.
    if (
      checkpoint === undefined ||
      checkpoint.offset <= this.#toldCheckpoint ||
      checkpoint.offset < told
    ) {
      return { seen: [...before, ...seen], checkpoint: undefined, seenBehind: [] };
    }
    this.#toldCheckpoint = checkpoint.offset;
    return { seen: before, checkpoint, seenBehind: from(checkpoint.offset, seen) };
  }
}

/** The ranges from an offset on. */
function from(offset: number, ranges: readonly number[]): number[] {
  const kept: number[] = [];
  for (let at = 0; at < ranges.length; at += 2) {
    const end = ranges[at + 1] ?? 0;
    if (end > offset) kept.push(Math.max(offset, ranges[at] ?? 0), end);
  }
  return kept;
}
