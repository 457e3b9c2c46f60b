import { paint } from "@repo/command-line/paint";
import { printable } from "@repo/command-line/printable";
import type { Output } from "@repo/command-line/output";

const CLEAR_LINE = "\r\u001B[2K";
/** Milliseconds between two redraws of the progress. */
const REDRAW = 100;

/** Where a command writes: results on standard output, progress and remarks beside it. */
export class Printer {
  #drawn = false;
  #drawnAt = 0;
  readonly #warnings: string[] = [];

  constructor(
    private readonly out: Output,
    private readonly log: Output,
    readonly json: boolean,
    /** Holds warnings and the report back when all is well. */
    private readonly quiet = false,
  ) {}

  /** One result: an object for programs, a line for people. */
  line(value: { event: string } & Readonly<Record<string, unknown>>, text: string): void {
    this.#clear();
    this.out.write(this.json ? `${JSON.stringify(value)}\n` : `${printable(text)}\n`);
  }

  /** Lines for another program: in JSON, or as they are. */
  document(value: { event: string } & Readonly<Record<string, unknown>>, text: string): void {
    this.out.write(this.json ? `${JSON.stringify(value)}\n` : text);
  }

  /** The report: an object for programs; lines for people, the first of them in a color. */
  report(value: object, isWell: boolean, [headline = "", ...lines]: readonly string[]): void {
    this.#clear();
    if (this.quiet && isWell) return;
    for (const warning of this.#warnings) this.note(warning);
    if (this.json) {
      this.out.write(`${JSON.stringify({ event: "report", ...value })}\n`);
      return;
    }
    const colored = paint(this.out, isWell ? "green" : "yellow", printable(headline));
    this.out.write(`${[colored, ...lines.map(printable)].join("\n")}\n`);
  }

  /** A line at the bottom of a terminal; elsewhere nothing. */
  progress(text: string): void {
    if (this.log.isTTY !== true) return;
    const now = Date.now();
    if (now - this.#drawnAt < REDRAW) return;
    this.#drawnAt = now;
    this.#drawn = true;
    this.log.write(`${CLEAR_LINE}${text.slice(0, (this.log.columns ?? 80) - 1)}`);
  }

  /** A remark on what goes on; never on standard output. */
  note(text: string): void {
    this.#clear();
    this.log.write(`${printable(text)}\n`);
  }

  /** A remark of the module's. */
  warning(text: string): void {
    if (this.quiet) this.#warnings.push(text);
    else this.note(text);
  }

  #clear(): void {
    if (this.#drawn) this.log.write(CLEAR_LINE);
    this.#drawn = false;
  }
}
