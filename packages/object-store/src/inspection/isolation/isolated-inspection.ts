import { isSharedArrayBuffer } from "node:util/types";

import { InspectionInterruptedError, InvalidMediaError } from "../../errors.js";
import type { InspectionLimits } from "../inspection-limits.js";
import type { Inspection } from "../inspection.js";
import type { MediaFacts, MediaFormat } from "../media-facts.js";
import { RecordPasser } from "../records/record-passer.js";
import { Tail } from "../tail.js";
import { Journal } from "./journal.js";
import type { SharedPlace, StepReply, StepRequest } from "./protocol.js";
import { errorOf } from "./refusal.js";
import { STEP_BYTES, type StepRunner } from "./step-runner.js";
import { type LossReason, WorkerLostError } from "./worker-lost.js";

/** The most that is kept of one file, should its worker be lost. */
const MAX_JOURNAL_BYTES = 8 * 1024 * 1024;

interface Pool {
  /** The worker that a parser should be opened in. */
  worker(): StepRunner;
  /** Runs `work` on a dedicated worker. */
  alone<Result>(work: (worker: StepRunner) => Promise<Result>): Promise<Result>;
  /** Called when an inspection releases its worker. */
  released(): void;
}

const EMPTY = new Uint8Array(0);

const LOSSES: Record<LossReason, string> = {
  time: "it took too long to read",
  memory: "it needed too much memory to read",
  fault: "it made its parser fail",
};

/**
 * An inspection whose parser lives in a worker. If the worker is lost through another file, it goes
 * on in the next one, whose parser is brought to the same state.
 */
export class IsolatedInspection implements Inspection {
  readonly #journal = new Journal(MAX_JOURNAL_BYTES);
  #worker: StepRunner | undefined;
  #format: MediaFormat | undefined;
  #facts: MediaFacts | undefined;
  #failure: { error: unknown } | undefined;
  #tail: Tail | undefined;
  /** Bytes of the file that came. */
  #position = 0;
  /** How many of them the parser knows of; it skips the others. */
  #told = 0;
  /** How many of the next bytes the parser skips. */
  #skipping = 0;
  /** The records behind these, which it need not see either. */
  #records: RecordPasser | undefined;
  /** Whether its worker has taken the last step, with which it forgets the inspection. */
  #hasEnded = false;

  constructor(
    private readonly id: number,
    private readonly limits: InspectionLimits,
    private readonly pool: Pool,
  ) {}

  get format(): MediaFormat | undefined {
    // MediaInspector decides so as well, but is not asked while it skips.
    return this.#format ?? (this.#position >= this.limits.maxHeadBytes ? "mp3" : undefined);
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#rethrow();
    await this.#stepThrough(chunk, 0);
  }

  pass(next: Uint8Array): number {
    this.#rethrow();
    return next.byteLength - this.#pass(next).byteLength;
  }

  async finish(last: Uint8Array = EMPTY): Promise<MediaFacts> {
    this.#rethrow();
    const rest = await this.#stepThrough(last, STEP_BYTES);
    if (this.#facts === undefined) await this.#step(rest, true);
    this.#leave();
    if (this.#facts === undefined) throw new Error("The inspection did not end with the file.");
    return this.#facts;
  }

  close(): void {
    this.#failure ??= { error: new Error("The inspection is closed.") };
    this.#leave();
  }

  /** Takes steps while more than `spared` bytes are left, and gives these back. */
  async #stepThrough(chunk: Uint8Array, spared: number): Promise<Uint8Array> {
    let rest = this.#pass(chunk);
    while (rest.byteLength > spared) {
      const piece = rest.subarray(0, STEP_BYTES);
      await this.#step(piece, false);
      rest = this.#pass(rest.subarray(piece.byteLength));
    }
    return rest;
  }

  /** Passes over what the parser skips, and gives the rest. */
  #pass(chunk: Uint8Array): Uint8Array {
    let to = this.#skipping;
    if (to <= chunk.byteLength) to = this.#records?.pass(chunk, to) ?? to;
    const count = Math.min(to, chunk.byteLength);
    if (count === 0) return chunk;
    this.#skipping = to - count;
    this.#position += count;
    this.#tail?.append(chunk.subarray(0, count));
    return chunk.subarray(count);
  }

  async #step(piece: Uint8Array, isLast: boolean): Promise<void> {
    const reply = await this.#ask(piece, isLast);
    const start = this.#position;
    this.#position += piece.byteLength;
    this.#told = this.#position;
    this.#hasEnded = isLast;
    this.#format = reply.format;
    this.#facts = reply.facts;
    this.#skipping = reply.skipping;
    this.#records = reply.recordsAhead && new RecordPasser(reply.recordsAhead);
    this.#keepTail(reply, piece, start);
    this.#journal.add(reply.seen);
    if (reply.resumption !== undefined) {
      this.#journal.resumeAt(reply.resumption.checkpoint, reply.resumption.behind);
    }
    if (reply.refusal !== undefined) this.#fail(errorOf(reply.refusal));
  }

  /** Has the parser take a step, in another worker where the one before was lost. */
  async #ask(piece: Uint8Array, isLast: boolean): Promise<StepReply> {
    for (;;) {
      // Once closed, it is not to enter a worker.
      this.#rethrow();
      const isNew = this.#worker === undefined || this.#worker.isLost;
      const worker = this.#worker === undefined || isNew ? this.#enter() : this.#worker;
      try {
        return await worker.run(this.id, (window) =>
          this.#request(window, piece, { isNew, isLast }),
        );
      } catch (error) {
        if (!(error instanceof WorkerLostError)) throw error;
        if (error.wasRunning) return await this.#askAlone(piece, isLast, error);
      }
    }
  }

  /**
   * The same in a worker that serves nothing else. The memory of a worker is shared, and a busy
   * machine is slow: only a parser that fails again on its own is to blame.
   */
  async #askAlone(piece: Uint8Array, isLast: boolean, first: WorkerLostError): Promise<StepReply> {
    this.#rethrow();
    this.#leave();
    if (!this.#journal.isComplete) this.#refuse(first);
    this.#told = this.#journal.end;
    try {
      return await this.pool.alone((worker) => {
        this.#rethrow();
        return worker.run(this.id, (window) =>
          this.#request(window, piece, { isNew: true, isLast }),
        );
      });
    } catch (error) {
      if (error instanceof WorkerLostError) this.#refuse(error);
      throw error;
    }
  }

  #enter(): StepRunner {
    if (!this.#journal.isComplete) this.#fail(new InspectionInterruptedError());
    this.#told = this.#journal.end;
    this.#worker = this.pool.worker();
    this.#worker.inspections += 1;
    return this.#worker;
  }

  #request(
    window: Buffer,
    piece: Uint8Array,
    { isNew, isLast }: { isNew: boolean; isLast: boolean },
  ): StepRequest {
    const place = sharedPlace(piece);
    if (place === undefined) window.set(piece);
    const tail = isLast ? this.#tail?.bytes() : undefined;
    if (tail !== undefined) window.set(tail, STEP_BYTES);
    return {
      inspection: this.id,
      opening: isNew ? { limits: this.limits, journal: this.#journal.copy() } : undefined,
      passed: this.#position - this.#told,
      records: this.#records?.passed,
      length: piece.byteLength,
      place,
      ending: isLast ? { tailLength: tail?.byteLength } : undefined,
    };
  }

  #refuse(loss: WorkerLostError): never {
    const message = `The file could not be inspected: ${LOSSES[loss.reason]}.`;
    this.#fail(new InvalidMediaError(message, { cause: loss }));
  }

  #keepTail({ tailRequest }: StepReply, piece: Uint8Array, start: number): void {
    if (this.#tail !== undefined) {
      this.#tail.append(piece);
    } else if (tailRequest !== undefined) {
      this.#tail = new Tail(tailRequest.size);
      this.#tail.append(tailRequest.before);
      this.#tail.append(piece.subarray(Math.max(0, tailRequest.from - start)));
    }
  }

  #fail(error: unknown): never {
    this.#failure = { error };
    this.#leave();
    throw error;
  }

  #leave(): void {
    if (this.#worker === undefined) return;
    if (!this.#hasEnded) this.#worker.forget(this.id);
    this.#worker.inspections -= 1;
    this.#worker = undefined;
    this.pool.released();
  }

  #rethrow(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}

/** Where bytes lie that every thread can see as they are. */
function sharedPlace({ buffer, byteOffset }: Uint8Array): SharedPlace | undefined {
  return isSharedArrayBuffer(buffer) ? { memory: buffer, offset: byteOffset } : undefined;
}
