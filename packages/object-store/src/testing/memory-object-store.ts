import { createDatabase } from "@repo/database";
import type { Transaction } from "sequelize";

import {
  type ObjectStoreOptions,
  type Persistence,
  providerOver,
} from "../object-store-provider.js";
import type { ObjectStoreProvider } from "../provider.js";
import { AudioRepo } from "../repo/audio-repo.js";
import { DirectUploadRepo } from "../repo/direct-upload-repo.js";
import { ImageRepo } from "../repo/image-repo.js";
import { modelsFor } from "../repo/models-for.js";
import { checkOptions } from "../check-options.js";
import type { StorageClient } from "../upload/storage-client.js";
import { type KeyLocks, MemoryKeys } from "./memory/memory-keys.js";
import { MemoryLists } from "./memory/memory-lists.js";
import { MemoryTable, type OwnerCheck } from "./memory/memory-table.js";
import { inMemoryTransaction } from "./memory/memory-transaction.js";
import { MemoryStorage } from "./memory-storage.js";

export interface MemoryObjectStoreOptions extends Omit<ObjectStoreOptions, "database" | "s3"> {
  /** Where the bytes go, such as a storage with injected faults; a new MemoryStorage when absent. */
  s3?: StorageClient;
  /** Whether a user exists, for `owner_not_found`; every user does when absent. */
  isOwner?: OwnerCheck;
}

/** A provider that needs neither PostgreSQL nor S3. */
export interface MemoryObjectStore {
  readonly store: ObjectStoreProvider;
  /** Another provider over the same files, with other options. */
  readonly storeWith: (
    options: Partial<Omit<ObjectStoreOptions, "database">>,
  ) => ObjectStoreProvider;
  /**
   * Runs work in a transaction for `WriteOptions`, which commits unless the work fails. A transaction
   * of a database of yours does as well: the store follows its commit or rollback.
   */
  readonly transaction: <Result>(
    work: (transaction: Transaction) => Promise<Result>,
  ) => Promise<Result>;
}

/** Never connected to: models want a connection of their dialect. */
const NOWHERE = "postgres://nobody@memory.invalid/none";

/**
 * The module over the memory of this process, for tests of what builds on it. It is the same code
 * from the public interface to the transitions of each file, inspection included; only the rows and
 * the bytes are kept elsewhere, and time is this process's.
 *
 * ```ts
 * const { store, transaction } = memoryObjectStore();
 * ```
 */
export function memoryObjectStore(options?: MemoryObjectStoreOptions): MemoryObjectStore {
  const given = checkOptions(options);
  const { s3 = new MemoryStorage(), isOwner = () => true, ...settings } = given;
  const database = createDatabase({ url: NOWHERE });
  const models = modelsFor(database);
  const image = new MemoryTable(models.image, isOwner);
  const audio = new MemoryTable(models.audio, isOwner);
  const locks: KeyLocks = new Map();
  const transaction: MemoryObjectStore["transaction"] = (work) =>
    inMemoryTransaction(database, work);
  const persistence: Persistence = {
    images: new ImageRepo(image),
    audio: new AudioRepo(audio),
    imageKeys: new MemoryKeys(
      { own: models.image, other: models.audio },
      { own: image, other: audio },
      locks,
    ),
    audioKeys: new MemoryKeys(
      { own: models.audio, other: models.image },
      { own: audio, other: image },
      locks,
    ),
    lists: new MemoryLists(database, { image, audio }),
    directUploads: new DirectUploadRepo(new MemoryTable(models.directUpload, isOwner)),
    inOwnTransaction: transaction,
    isReady: () => Promise.resolve(),
  };
  const storeWith: MemoryObjectStore["storeWith"] = (more) =>
    providerOver({ ...settings, s3, ...more }, persistence);
  return Object.freeze({ store: storeWith({}), storeWith, transaction });
}
