import type { Output } from "@repo/command-line/output";

/** Stands in for a stream of the process; a pipe unless a terminal is asked for. */
export class RecordedOutput implements Output {
  text = "";
  readonly isTTY: boolean;
  readonly columns: number;
  readonly #colors: boolean;

  constructor({ terminal = false, colors = false, columns = 80 } = {}) {
    this.isTTY = terminal;
    this.columns = columns;
    this.#colors = colors;
  }

  write(text: string): void {
    this.text += text;
  }

  hasColors(): boolean {
    return this.#colors;
  }
}
