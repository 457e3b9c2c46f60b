import type { ObjectStoreLogger } from "../logger.js";
import type { Journal } from "../repo/journal-repo.js";
import type { KeyRepo } from "../repo/key-repo.js";
import type { SweepRepo } from "../repo/sweep-repo.js";
import type { StorageClient } from "../upload/storage-client.js";
import type { SweepReport } from "./contract.js";

/** What the parts of a sweep work with. */
export interface SweepTools {
  repo: SweepRepo;
  journal: Pick<Journal, "forget">;
  keys: KeyRepo;
  s3: StorageClient;
  logger: ObjectStoreLogger;
  leaseSeconds: number;
  batchSize: number;
  /** Batches at a time. */
  parallel: number;
  signal: AbortSignal | undefined;
  report: SweepReport;
  /** Tells of progress, and ends the sweep when its signal has aborted. */
  batchDone: () => void;
}
