import type { JobName, Jobs } from "./jobs.js";

/**
 * The descriptor, in a process, of the file that it shares with its parent. There the parent puts the bytes
 * of a job, and the process its answer, as V8 serializes it: on the parent's thread, that costs a fraction
 * of a message.
 */
export const SHARED_FILE = 4;

/** To a process: a job whose bytes are in the shared file. */
export interface JobRequest<Name extends JobName = JobName> {
  name: Name;
  data: Jobs[Name]["data"];
  byteLength: number;
  /** Limit for the memory of the whole process. */
  maxBytes: number;
}

/** From a process. */
export type ProcessReply =
  | { ready: true }
  /** Its module could not be loaded, or the shared file not be read or written; the process ends. */
  | { failed: [message: string, code: string | undefined] }
  /** Bytes of the answer in the shared file. */
  | { answerBytes: number }
  /** The job needs more memory than its limit; the process ends. */
  | { excess: "memory" };
