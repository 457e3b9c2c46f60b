import type { AudioRead, ImageRead } from "@repo/object-store";

import { type FileEvent, isKept, type KeptEvent, type Summary } from "./events.js";
import { printable } from "@repo/command-line/printable";
import type { Output } from "@repo/command-line/output";
import type { Reporter } from "./reporter.js";

/** One JSON object a line for programs; remarks go to `log`. */
export class JsonReporter implements Reporter {
  constructor(
    private readonly out: Output,
    private readonly log: Output,
  ) {}

  note(message: string): void {
    this.log.write(`${printable(message)}\n`);
  }

  begin(total: number): void {
    this.note(`${total} to import`);
  }

  file(event: FileEvent): void {
    if (isKept(event)) {
      this.#line(keptLine(event));
    } else {
      const { event: outcome, path, code, message, seconds } = event;
      this.#line({ event: outcome, path, code, message, seconds });
    }
  }

  end(summary: Summary): void {
    this.#line({ event: "summary", ...summary });
  }

  #line(value: object): void {
    this.out.write(`${JSON.stringify(value)}\n`);
  }
}

function keptLine({ event, path, file, url, seconds }: KeptEvent): object {
  const { kind, id, contentType, byteSize, sha256 } = file;
  const identity = { event, path, kind, id, contentType, byteSize, sha256 };
  return { ...identity, ...ownFacts(file), url, seconds };
}

function ownFacts(file: ImageRead | AudioRead): object {
  if (file.kind === "image") {
    const { width, height, orientation, pages, complete } = file;
    return { width, height, orientation, pages, complete };
  }
  const { durationSeconds, durationSource, bitrate, sampleRate, channels } = file;
  const { codec, lossless, tags } = file;
  const sound = { durationSeconds, durationSource, bitrate, sampleRate, channels, codec, lossless };
  // Audio that is cut is refused.
  return { ...sound, tags, complete: true };
}
