import type { Transaction } from "sequelize";

import { MODEL_REGISTRY } from "../repo/models.js";
import { Layout, type TableOptions } from "../layout.js";
import type { OwnerId, OwnerIds, OwnerType } from "../owner-types.js";
import type { ObjectStoreMaintenance } from "../maintenance/contract.js";
import { maintenanceOver } from "../maintenance/maintenance-over.js";
import { storeOver } from "../object-store-service.js";
import {
  type DatabaseOptions,
  dependenciesOf,
  type ForAnyOwner,
  type ObjectStoreOptions,
} from "../options.js";
import type { Persistence } from "../persistence.js";
import type { ObjectStoreProvider } from "../provider.js";
import { InvalidInputError } from "../errors.js";
import { checkOptions } from "../checks.js";
import type { StorageClient } from "../upload/storage-client.js";
import { MemoryCounters } from "./memory/memory-counters.js";
import { MemoryDirectUploads } from "./memory/memory-direct-uploads.js";
import { MemoryEvents } from "./memory/memory-events.js";
import { MemoryFiles } from "./memory/memory-files.js";
import { MemoryGrants } from "./memory/memory-grants.js";
import { MemoryInventory } from "./memory/memory-inventory.js";
import { MemoryJournal } from "./memory/memory-journal.js";
import { MemoryKeys } from "./memory/memory-keys.js";
import { MemoryLists } from "./memory/memory-lists.js";
import { memoryTables } from "./memory/memory-table.js";
import { MemoryUnfinished } from "./memory/memory-unfinished.js";
import { MemoryUsage } from "./memory/memory-usage.js";
import { MemoryVariants } from "./memory/memory-variants.js";
import { inMemoryTransaction, watch } from "./memory/transactions.js";
import { MemoryRenderer } from "./memory-renderer.js";
import { MemoryStorage } from "./memory-storage.js";

/** Of the options about tables, only the type of owners counts. */
export interface MemoryObjectStoreOptions<Type extends OwnerType = "uuid">
  extends Omit<ObjectStoreOptions<Type>, DatabaseOptions | "s3">, TableOptions<Type> {
  /** Where the bytes go, such as a storage with injected faults; a new MemoryStorage when absent. */
  s3?: StorageClient;
  /** Whether a user exists, for `owner_not_found`; every user does when absent. */
  isOwner?(userId: OwnerIds[Type]): boolean;
}

/** A provider that needs neither PostgreSQL nor S3. */
export interface MemoryObjectStore<Type extends OwnerType = "uuid"> {
  readonly store: ObjectStoreProvider<Type>;
  /** Another provider over the same files, with other options. */
  readonly storeWith: (
    options: Partial<Omit<ObjectStoreOptions, DatabaseOptions>>,
  ) => ObjectStoreProvider<Type>;
  /**
   * Sweeps, audits, verifies, erases and counts the same files, with the `leaseSeconds` and the `logger`
   * of `store`. Let time pass by moving `Date`, as Jest and Vitest can.
   */
  readonly maintenance: ObjectStoreMaintenance<Type>;
  /**
   * Runs work in a transaction for `WriteOptions`, which commits unless the work fails. A transaction
   * of a database of yours does as well: the store follows its commit or rollback.
   */
  readonly transaction: <Result>(
    work: (transaction: Transaction) => Promise<Result>,
  ) => Promise<Result>;
}

/**
 * The module over the memory of this process, for tests of what builds on it. It is the same code
 * from the public interface to the transitions of each file, inspection included; only the rows and
 * the bytes are kept elsewhere, and time is this process's.
 *
 * ```ts
 * const { store, transaction } = memoryObjectStore();
 * ```
 */
export function memoryObjectStore<Type extends OwnerType = "uuid">(
  options: MemoryObjectStoreOptions<Type>,
): MemoryObjectStore<Type>;
export function memoryObjectStore(options?: MemoryObjectStoreOptions): MemoryObjectStore;
export function memoryObjectStore(
  options?: ForAnyOwner<MemoryObjectStoreOptions<OwnerType>>,
): MemoryObjectStore<OwnerType> {
  const given = checkOptions(options);
  const { s3 = new MemoryStorage(), ...settings } = given;
  const isOwner = (userId: OwnerId): boolean => given.isOwner?.(userId) ?? true;
  const { ownerType } = new Layout(settings);
  const tables = memoryTables();
  const transaction: MemoryObjectStore["transaction"] = (work) =>
    inMemoryTransaction(MODEL_REGISTRY, work);
  const persistenceOf = ({
    events: tells = false,
    sharing: isSharing = false,
  }: Pick<ObjectStoreOptions, "events" | "sharing">): Persistence => ({
    files: {
      image: new MemoryFiles("image", tables.image, tables, { isOwner, isSharing, tells }),
      audio: new MemoryFiles("audio", tables.audio, tables, { isOwner, isSharing, tells }),
    },
    lists: new MemoryLists(tables),
    directUploads: new MemoryDirectUploads(tables),
    journal: new MemoryJournal(tables, isOwner),
    variants: new MemoryVariants(tables, tells),
    counters: new MemoryCounters(tables),
    events: new MemoryEvents(tables),
    grants: new MemoryGrants(tables, isOwner),
    owners: {
      exists: (userId) => Promise.resolve(isOwner(userId)),
      check: () => Promise.resolve(),
    },
    ownerType,
    requireReadCommitted,
    currentTransaction: () => undefined,
    isReady: () => Promise.resolve(),
  });
  const renderer = new MemoryRenderer();
  const maintenance = maintenanceOver(
    {
      ...persistenceOf(settings),
      keys: new MemoryKeys(tables),
      unfinished: new MemoryUnfinished(tables),
      inventoryOf: (kind) => new MemoryInventory(tables, kind),
      usage: new MemoryUsage(tables),
    },
    { ...settings, s3, renderer },
  );
  const storeWith: MemoryObjectStore<OwnerType>["storeWith"] = (more) => {
    const together = { ...settings, s3, renderer, ...more };
    return storeOver(dependenciesOf(together, persistenceOf(together)));
  };
  return Object.freeze({ store: storeWith({}), storeWith, maintenance, transaction });
}

function requireReadCommitted(transaction: Transaction): Promise<void> {
  watch(transaction);
  const { options } = transaction as Transaction & { options: { isolationLevel?: string } };
  const level = options.isolationLevel ?? "READ COMMITTED";
  if (level === "READ COMMITTED") return Promise.resolve();
  return Promise.reject(
    new InvalidInputError(
      `An upload needs a transaction with the isolation level READ COMMITTED; it has ${level}. Pass transaction: null to keep it out of one that Sequelize's CLS gives.`,
    ),
  );
}
