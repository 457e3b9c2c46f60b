import type { MediaKind } from "../kinds.js";
import type { ObjectStoreLogger } from "../logger.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { EraseRepo } from "../repo/erase-repo.js";
import type { Journal } from "../repo/journal-repo.js";
import type { KeyRepo } from "../repo/key-repo.js";
import type { Files } from "../repo/media-repo.js";
import type { StorageClient } from "../upload/storage-client.js";
import type { ErasureLine } from "./contract.js";

/** The files of one kind. */
export interface ErasedKind {
  kind: MediaKind;
  files: Files<MediaFileModel>;
}

/** What the parts of an erasure work with. */
export interface Erasure {
  userId: string;
  repo: EraseRepo;
  journal: Pick<Journal, "forget">;
  keys: KeyRepo;
  s3: StorageClient;
  logger: ObjectStoreLogger;
  leaseSeconds: number;
  signal: AbortSignal | undefined;
  /** Adds a line to the receipt. */
  write: (line: ErasureLine) => void;
  /** Tells of progress, and ends the erasure when its signal has aborted. */
  batchDone: () => void;
}
