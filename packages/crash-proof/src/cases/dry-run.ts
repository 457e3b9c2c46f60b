import type { Kind, Step } from "../job.js";

/** What a dry run of a use case saw. */
export interface DryRun {
  useCase: string;
  kind: Kind;
  steps: readonly Step[];
  storageCalls: number;
  /** The operations of the requests, as the server names them. */
  operations: readonly string[];
}
