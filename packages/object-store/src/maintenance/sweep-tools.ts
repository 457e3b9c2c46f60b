import type { ObjectStoreLogger } from "../logger.js";
import type { StoredObjectModel } from "../models/stored-object.model.js";
import type { SweepRepo } from "../repo/sweep-repo.js";
import type { StorageClient } from "../upload/storage-client.js";
import type { SweepReport } from "./contract.js";

/** The rows of one kind of file, and the folder of its objects. */
export interface SweptKind {
  repo: SweepRepo<StoredObjectModel>;
  folder: "images" | "audio" | "staging";
}

/** What the parts of a sweep work with. */
export interface SweepTools {
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
