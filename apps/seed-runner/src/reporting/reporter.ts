import type { FileEvent, Summary } from "./events.js";

/** Shows a run as it goes. */
export interface Reporter {
  /** A remark on what goes on; never on standard output. */
  note(message: string): void;
  /** The files to come are known. */
  begin(total: number): void;
  /** One file is done; the order is that of completion. */
  file(event: FileEvent): void;
  /** @param events all of them, in the order of the sources */
  end(summary: Summary, events: readonly FileEvent[]): void;
}

/** Where a reporter writes: a stream of the process, or what stands in for it. */
export interface Output {
  write(text: string): unknown;
  /** Whether a person looks at it. */
  readonly isTTY?: boolean;
  /** Width of a terminal in characters. */
  readonly columns?: number;
  /** Whether a terminal shows colors and `NO_COLOR` allows them. */
  hasColors?(): boolean;
}
