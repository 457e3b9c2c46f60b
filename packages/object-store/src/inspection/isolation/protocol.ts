import type { TailRequest } from "../byte-cursor.js";
import type { InspectionLimits } from "../inspection-limits.js";
import type { MediaFacts, MediaFormat } from "../media-facts.js";
import type { RecordsAhead } from "../records/record-passer.js";
import type { PassedRecords } from "../records/record-run.js";
import type { Checkpoint } from "../seen-progress.js";
import type { JournalCopy, JournalPiece } from "./journal.js";

/** What a worker is started with. */
export interface WorkerSetup {
  /** Where bytes of one step at a time lie, written by the pool and read by the worker. */
  window: SharedArrayBuffer;
}

/** From the pool to a worker: the next step of an inspection, or that none will follow. */
export type WorkerRequest = StepRequest | { closed: number };

export interface StepRequest {
  inspection: number;
  /** Given where the worker does not know the inspection yet. */
  opening: Opening | undefined;
  /** Bytes that came before those of this step and that the parser need not see. */
  passed: number;
  /** Records of those ahead to which the last of them belong. */
  records: PassedRecords | undefined;
  /** Bytes of this step. */
  length: number;
  /** Where they lie; at the start of the window when undefined. */
  place: SharedPlace | undefined;
  /** Given with the last step of a file. */
  ending: Ending | undefined;
}

/** Memory that all threads see. */
export interface SharedPlace {
  memory: SharedArrayBuffer;
  offset: number;
}

export interface Opening {
  limits: InspectionLimits;
  /** What the parser of a worker that was lost has seen; empty at a file's start. */
  journal: JournalCopy;
}

export interface Ending {
  /**
   * Bytes in the window, from `STEP_BYTES` on, that answer an earlier tail request: the end of what
   * came before this step. Undefined where there was no such request.
   */
  tailLength: number | undefined;
}

/** From a worker to the pool. */
export type WorkerReply = { ready: true } | SentReply;

export interface StepReply {
  format: MediaFormat | undefined;
  facts: MediaFacts | undefined;
  refusal: Refusal | undefined;
  /** How many of the next bytes the parser skips. */
  skipping: number;
  /** Records behind these that may be passed over too, if the next request tells of them. */
  recordsAhead: RecordsAhead | undefined;
  /** Given once: with the step that made it. */
  tailRequest: TailRequest | undefined;
  /** The parts of the step's bytes that the parser saw. */
  seen: JournalPiece;
  /** Given where a checkpoint makes up for all before it in the resumable part. */
  resumption: { checkpoint: Checkpoint; behind: JournalPiece } | undefined;
}

/** A reply as it leaves the worker. */
export interface SentReply extends StepReply {
  /** Bytes of the worker's heap that are in use. */
  heapBytes: number;
}

/** An error of the inspection, as it crosses the border between threads. */
export interface Refusal {
  code: "empty_file" | "invalid_media" | "unsupported_media_type";
  message: string;
  /** The fault of a parser that failed in another way than by a refusal. */
  fault: string | undefined;
}
