import type { ObjectStoreLogger } from "../logger.js";
import type { StoredObjectModel } from "../models/stored-object.model.js";
import type { EraseRepo } from "../repo/erase-repo.js";
import type { StorageClient } from "../upload/storage-client.js";
import type { ErasureLine } from "./contract.js";

/** The rows of one kind of file, and the folder of its objects. */
export interface ErasedKind {
  kind: ErasureLine["kind"];
  folder: "images" | "audio" | "staging";
  repo: EraseRepo<StoredObjectModel>;
}

/** What the parts of an erasure work with. */
export interface Erasure {
  userId: string;
  s3: StorageClient;
  logger: ObjectStoreLogger;
  leaseSeconds: number;
  signal: AbortSignal | undefined;
  /** Adds a line to the receipt. */
  write: (line: ErasureLine) => void;
  /** Tells of progress, and ends the erasure when its signal has aborted. */
  batchDone: () => void;
}
