import type { Transaction } from "sequelize";

import type { DirectRequest, ObjectStoreOptions, ObjectStoreProvider } from "../../src/index.js";

/** An implementation of the public interface, empty at first. */
export interface Subject {
  store: ObjectStoreProvider;
  /** Another provider over the same files. */
  storeWith(options: Partial<ObjectStoreOptions>): ObjectStoreProvider;
  addUser(): Promise<string>;
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result>;
  /** The keys of all objects. */
  keys(): Promise<string[]>;
  /** All that is stored, as far as it can be seen. */
  stored(): Promise<unknown>;
  /** What a signed URL gives, or undefined where URLs lead nowhere. */
  fetch(url: string): Promise<Uint8Array> | undefined;
  /** What a client does with the request of a direct upload. */
  send(request: DirectRequest, bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}
