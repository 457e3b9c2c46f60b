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
