import type { TailRequest } from "../byte-cursor.js";
import type { MediaFacts } from "../media-facts.js";
import type { MediaInspector } from "../media-inspector.js";
import { readJournal } from "./journal.js";
import type { Ending, JournalCopy, StepReply, StepRequest } from "./protocol.js";
import { refusalOf } from "./refusal.js";

/** What a worker needs of a parser. */
export type IsolatedParser = Pick<
  MediaInspector,
  | "facts"
  | "finish"
  | "format"
  | "pass"
  | "replay"
  | "skipping"
  | "tailRequest"
  | "takeSeen"
  | "write"
>;

/** A parser and how far it has come in its file. */
export class OpenParser {
  readonly #parser: IsolatedParser;
  #position = 0;
  #toldTailRequest: TailRequest | undefined;

  /** @param journal what another parser of the same file has seen */
  constructor(parser: IsolatedParser, { bytes, end }: JournalCopy) {
    this.#parser = parser;
    this.#position = end;
    parser.replay(readJournal(bytes));
    parser.takeSeen();
  }

  /** Takes a step, whose bytes are those of the window, and tells what came of it. */
  step({ passed, length, ending }: StepRequest, window: Buffer): StepReply {
    const parser = this.#parser;
    const start = this.#position + passed;
    this.#position = start + length;
    let facts, refusal;
    try {
      if (passed > 0) parser.pass(passed);
      if (length > 0) parser.write(window.subarray(0, length));
      facts = parser.facts;
      if (ending !== undefined)
        facts = this.#finish(ending, start, window.subarray(0, length), window);
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
      tailRequest: isNewRequest ? tailRequest : undefined,
      seen: Uint32Array.from(isOver ? [] : parser.takeSeen(), (offset) => offset - start),
    };
  }

  #finish({ tailLength }: Ending, start: number, bytes: Buffer, window: Buffer): MediaFacts {
    const request = this.#parser.tailRequest;
    if (request === undefined) return this.#parser.finish();
    const end =
      tailLength === undefined
        ? [request.before, bytes.subarray(Math.max(0, request.from - start))]
        : [window.subarray(bytes.length, bytes.length + tailLength), bytes];
    const tail = Buffer.concat(end);
    return this.#parser.finish(tail.subarray(Math.max(0, tail.length - request.size)));
  }
}
