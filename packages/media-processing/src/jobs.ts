import type { DecodeAnswer, DecodeData } from "./jobs/decode.js";
import type { RenderAnswer, RenderData } from "./jobs/render.js";

/**
 * The jobs by name. `data` describes a job and `answer` is its result; both are copied between processes
 * (structured clone).
 */
export interface Jobs {
  decode: { data: DecodeData; answer: DecodeAnswer };
  render: { data: RenderData; answer: RenderAnswer };
}

export type JobName = keyof Jobs;

/** The bytes that a job works on, such as a `Spool`. */
export interface JobBytes {
  readonly byteLength: number;
  /** Yields exactly `byteLength` bytes. A chunk may be reused once the next one is requested. */
  chunks(): AsyncIterable<Uint8Array>;
}

/** The code of each job. It may take any time and memory; if it throws, its process ends. */
export type JobHandlers = {
  [Name in JobName]: (bytes: Buffer, data: Jobs[Name]["data"]) => Promise<Jobs[Name]["answer"]>;
};
