import type { AudioRead, ImageRead } from "@repo/object-store";

import { type FileEvent, isKept, type RefusedEvent, type Summary } from "./events.js";
import { formatBytes, formatCount, formatDuration } from "@repo/command-line/units";
import {
  formatBitrate,
  formatChannels,
  formatDimensions,
  formatName,
  formatSampleRate,
} from "./format.js";
import { paint } from "@repo/command-line/paint";
import { printable } from "@repo/command-line/printable";
import { ProgressBar } from "./progress-bar.js";
import type { Output } from "@repo/command-line/output";
import type { Reporter } from "./reporter.js";
import { type Column, tableLines } from "@repo/command-line/table";

const COLUMNS: readonly Column[] = [
  { title: "Result" },
  { title: "Owner" },
  { title: "Path", shrinks: true },
  { title: "Type" },
  { title: "Size", align: "right" },
  { title: "Details" },
];

const COLORS = { stored: "green", skipped: "gray", rejected: "yellow", failed: "red" } as const;

/** A progress bar and remarks on `log`; a table, the reasons of refusals and the summary on `out`. */
export class HumanReporter implements Reporter {
  readonly #bar: ProgressBar;

  constructor(
    private readonly out: Output,
    log: Output,
  ) {
    this.#bar = new ProgressBar(log);
  }

  note(message: string): void {
    this.#bar.above(`${printable(message)}\n`);
  }

  begin(total: number): void {
    this.#bar.start(total);
  }

  file(): void {
    this.#bar.advance();
  }

  end(summary: Summary, events: readonly FileEvent[]): void {
    this.#bar.stop();
    if (events.length > 0) this.#table(events);
    this.#refusals(events.filter((event) => !isKept(event)));
    this.out.write(`${summaryText(summary)}\n`);
  }

  #table(events: readonly FileEvent[]): void {
    const width = this.out.isTTY === true ? this.out.columns : undefined;
    const [titles = "", ...lines] = tableLines(COLUMNS, events.map(row), width);
    const colored = lines.map((line, at) => {
      const outcome = events[at]?.event ?? "failed";
      return (
        paint(this.out, COLORS[outcome], line.slice(0, outcome.length)) + line.slice(outcome.length)
      );
    });
    this.out.write(`${[paint(this.out, "bold", titles), ...colored, ""].join("\n")}\n`);
  }

  /** Whole, as the table cuts what is wider than the terminal. */
  #refusals(refused: readonly RefusedEvent[]): void {
    for (const { event, path, message } of refused) {
      const outcome = paint(this.out, COLORS[event], event);
      this.out.write(`${outcome} ${printable(path)}\n  ${printable(message)}\n`);
    }
    if (refused.length > 0) this.out.write("\n");
  }
}

function row(event: FileEvent): string[] {
  const identity = [event.event, printable(event.owner), printable(event.path)];
  if (!isKept(event)) return [...identity, "", "", printable(event.code)];
  const { file } = event;
  return [...identity, formatName(file.contentType), formatBytes(file.byteSize), details(file)];
}

function details(file: ImageRead | AudioRead): string {
  if (file.kind === "image") {
    const facts = [formatDimensions(file)];
    if (file.pages > 1) facts.push(formatCount(file.pages, "frame"));
    if (file.orientation > 1) facts.push(`orientation ${file.orientation}`);
    if (!file.complete) facts.push("warning: cut, its end is missing");
    return facts.join(", ");
  }
  return [
    formatDuration(file.durationSeconds),
    formatSampleRate(file.sampleRate),
    formatChannels(file.channels),
    formatBitrate(file.bitrate),
  ].join(", ");
}

function summaryText({ stored, skipped, rejected, failed, bytes, seconds }: Summary): string {
  const counts = [
    `${stored} stored (${formatBytes(bytes)})`,
    `${skipped} skipped`,
    `${rejected} rejected`,
    `${failed} failed`,
  ];
  const nothingNew =
    skipped > 0 && stored === 0 ? "Nothing new to store: these files were there already.\n" : "";
  const proved =
    stored + skipped > 0
      ? "\nEach was fetched back through its signed URL, with equal SHA-256."
      : "";
  return `${nothingNew}${counts.join(", ")} in ${formatDuration(seconds)}${proved}`;
}
