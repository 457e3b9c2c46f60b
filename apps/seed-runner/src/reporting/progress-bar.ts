import { paint } from "@repo/command-line/paint";
import type { Output } from "@repo/command-line/output";

const MAX_WIDTH = 28;
const CLEAR_LINE = "\r\u001B[2K";

/** One line at the bottom of a terminal that tells how far the run is; elsewhere nothing. */
export class ProgressBar {
  #total = 0;
  #done = 0;

  constructor(private readonly terminal: Output) {}

  start(total: number): void {
    if (this.terminal.isTTY !== true) return;
    this.#total = total;
    this.#draw();
  }

  advance(): void {
    this.#done += 1;
    this.#draw();
  }

  /** Writes whole lines above the bar. */
  above(lines: string): void {
    this.terminal.write(this.#total === 0 ? lines : `${CLEAR_LINE}${lines}`);
    this.#draw();
  }

  stop(): void {
    if (this.#total > 0) this.terminal.write(CLEAR_LINE);
    this.#total = 0;
  }

  #draw(): void {
    if (this.#total === 0) return;
    const figures = ` ${this.#done}/${this.#total}`;
    const room = (this.terminal.columns ?? 80) - figures.length - 1;
    const width = Math.max(0, Math.min(MAX_WIDTH, room));
    const filled = Math.floor((this.#done / this.#total) * width);
    const bar = paint(this.terminal, "green", "█".repeat(filled));
    const rest = paint(this.terminal, "gray", "░".repeat(width - filled));
    this.terminal.write(`${CLEAR_LINE}${bar}${rest}${figures}`);
  }
}
