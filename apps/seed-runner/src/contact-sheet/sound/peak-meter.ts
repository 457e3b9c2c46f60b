/** Folds samples, as they come, into a few levels to draw. */
export class PeakMeter {
  readonly #framesPerBlock: number;
  readonly #blocks: number[] = [];
  #framesInBlock = 0;
  #frames = 0;

  /** @param expectedFrames samples of one channel; a wrong guess costs detail, not truth */
  constructor(expectedFrames: number, bars: number) {
    this.#framesPerBlock = Math.max(1, Math.floor(expectedFrames / (bars * BLOCKS_PER_BAR)));
  }

  /** Samples of one channel that came so far. */
  get frames(): number {
    return this.#frames;
  }

  /** @param channels planes of amplitudes, -1 to 1, of equal length */
  add(channels: readonly Float32Array[]): void {
    const length = channels[0]?.length ?? 0;
    for (let frame = 0; frame < length; frame += 1) {
      if (this.#framesInBlock === 0) this.#blocks.push(0);
      let peak = this.#blocks.at(-1) ?? 0;
      for (const channel of channels) peak = Math.max(peak, Math.abs(channel[frame] ?? 0));
      this.#blocks[this.#blocks.length - 1] = peak;
      this.#framesInBlock = (this.#framesInBlock + 1) % this.#framesPerBlock;
    }
    this.#frames += length;
  }

  /** So many peaks, in order of time, 0 to 1. */
  levels(bars: number): number[] {
    return resample(this.#blocks, bars).map((level) => Math.min(1, level));
  }
}

const BLOCKS_PER_BAR = 8;

/** The values in so many equal groups, each as its largest. */
export function resample(values: readonly number[], groups: number): number[] {
  if (values.length === 0) return [];
  return Array.from({ length: groups }, (_, group) => {
    const start = Math.floor((group * values.length) / groups);
    const end = Math.max(start + 1, Math.floor(((group + 1) * values.length) / groups));
    return values.slice(start, end).reduce((largest, value) => Math.max(largest, value), 0);
  });
}
