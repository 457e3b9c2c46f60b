import type { JobName, Jobs } from "./jobs.js";

export interface JobRequest<Name extends JobName = JobName> {
  name: Name;
  data: Jobs[Name]["data"];
  byteLength: number;
  /** Limit for the memory of the whole process. */
  maxBytes: number;
}

/** To a process: a job, then its bytes in order. */
export type ProcessRequest = { job: JobRequest } | { chunk: Uint8Array };

/** From a process. */
export type ProcessReply =
  | { ready: true }
  /** Its module could not be loaded; the process ends. */
  | { failed: [message: string, code: string | undefined] }
  | { answer: Jobs[JobName]["answer"] }
  /** The job needs more memory than its limit; the process ends. */
  | { excess: "memory" };
