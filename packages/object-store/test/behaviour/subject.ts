import type { Transaction } from "sequelize";

import type { ObjectStoreOptions, ObjectStoreProvider } from "../../src/index.js";
import type { ObjectStoreMaintenance } from "../../src/maintenance.js";
import type { StorageClient, StorageFaults } from "../../src/testing.js";

/** An implementation of the public interface, empty at first. */
export interface Subject {
  store: ObjectStoreProvider;
  /** Another provider over the same files. */
  storeWith(options: Partial<ObjectStoreOptions>): ObjectStoreProvider;
  maintenance: ObjectStoreMaintenance;
  /** The bucket of all of these. */
  s3: StorageClient;
  /** How its calls are made to fail. */
  faults: StorageFaults;
  addUser(): Promise<string>;
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result>;
  /** The keys of all objects. */
  keys(): Promise<string[]>;
  /** All that is stored, as far as it can be seen. */
  stored(): Promise<unknown>;
  /** Lets days pass for all that is stored, and gives the maintenance of that day. */
  pass(days: number): Promise<ObjectStoreMaintenance>;
  close(): Promise<void>;
}
