import type { TailRequest } from "../byte-cursor.js";
import type { MediaFacts } from "../media-facts.js";
import type { MediaInspector } from "../media-inspector.js";
import type { PassedRecords } from "../records/record-run.js";
import { type JournalCopy, JournalWriter, readJournal } from "./journal.js";
import type { Ending, StepReply, StepRequest } from "./protocol.js";
import { refusalOf } from "./refusal.js";
import { STEP_BYTES } from "./step-runner.js";

/** What a worker needs of a parser. */
export type IsolatedParser = Pick<
  MediaInspector,
  | "facts"
  | "finish"
  | "format"
  | "pass"
  | "recordsAhead"
  | "replay"
  | "skipping"
  | "tailRequest"
  | "takeProgress"
  | "write"
>;

/** A step that was taken. */
interface Taken {
  /** Offset of its bytes. */
  start: number;
  bytes: Buffer;
  /** Those that were passed over before them. */
  records: PassedRecords | undefined;
  isOver: boolean;
}

/** A parser and how far it has come in its file. */
export class OpenParser {
  readonly #parser: IsolatedParser;
  readonly #journal: JournalWriter;
  #position = 0;
  #toldTailRequest: TailRequest | undefined;

  /** @param journal what another parser of the same file has seen */
  constructor(parser: IsolatedParser, { bytes, end, resumption }: JournalCopy) {
    this.#parser = parser;
    this.#position = end;
    this.#journal = new JournalWriter(end, resumption?.headEnd);
    parser.replay(readJournal(bytes), resumption?.checkpoint);
    parser.takeProgress();
  }

  /** Takes a step and tells what came of it. */
  step(request: StepRequest, window: Buffer): StepReply {
    const { passed, records, length, place, ending } = request;
    const parser = this.#parser;
    const start = this.#position + passed;
    this.#position = start + length;
    const bytes = place
      ? Buffer.from(place.memory, place.offset, length)
      : window.subarray(0, length);
    let facts, refusal;
    try {
      if (passed > 0) parser.pass(passed, records);
      if (length > 0) parser.write(bytes);
      facts = parser.facts;
      if (ending !== undefined) facts = this.#finish(ending, start, bytes, window);
    } catch (error) {
      refusal = refusalOf(error);
    }
    const isOver = facts !== undefined || refusal !== undefined;
    const { tailRequest } = parser;
    const isNewRequest = tailRequest !== this.#toldTailRequest;
    this.#toldTailRequest = tailRequest;
    return {
      format: parser.format,
      facts,
      refusal,
      skipping: parser.skipping,
      recordsAhead: parser.recordsAhead,
      tailRequest: isNewRequest ? tailRequest : undefined,
      ...this.#progress({ start, bytes, records, isOver }),
    };
  }

  #progress({ start, bytes, records, isOver }: Taken): Pick<StepReply, "resumption" | "seen"> {
    const journal = this.#journal;
    if (isOver) return { seen: journal.take(), resumption: undefined };
    const { seen, checkpoint, seenBehind } = this.#parser.takeProgress();
    // A checkpoint makes up for them as well.
    if (records !== undefined && checkpoint === undefined) journal.appendRecords(start, records);
    const append = (ranges: readonly number[]): void => {
      for (let at = 0; at < ranges.length; at += 2) {
        journal.append(start, bytes, (ranges[at] ?? 0) - start, (ranges[at + 1] ?? 0) - start);
      }
    };
    append(seen);
    const piece = journal.take();
    if (checkpoint === undefined) return { seen: piece, resumption: undefined };
    journal.startBehindHead();
    append(seenBehind);
    return { seen: piece, resumption: { checkpoint, behind: journal.take() } };
  }

  #finish({ tailLength }: Ending, start: number, bytes: Buffer, window: Buffer): MediaFacts {
    const request = this.#parser.tailRequest;
    if (request === undefined) return this.#parser.finish();
    const end =
      tailLength === undefined
        ? [request.before, bytes.subarray(Math.max(0, request.from - start))]
        : [window.subarray(STEP_BYTES, STEP_BYTES + tailLength), bytes];
    const tail = Buffer.concat(end);
    return this.#parser.finish(tail.subarray(Math.max(0, tail.length - request.size)));
  }
}
