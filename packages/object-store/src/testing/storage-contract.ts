import { randomUUID } from "node:crypto";

import type { StorageClient } from "../upload/storage-client.js";
import type { Check } from "./checks/check.js";
import { listingChecks } from "./checks/listing-checks.js";
import { multipartChecks } from "./checks/multipart-checks.js";
import { objectChecks } from "./checks/object-checks.js";
import { streamChecks } from "./checks/stream-checks.js";
import { urlChecks } from "./checks/url-checks.js";

/** One promise that every storage keeps. */
export interface StorageCheck {
  /** The promise, as the title of a test. */
  readonly title: string;
  /**
   * Checks it on a storage, with keys of its own below `storage-contract/`, and removes them.
   *
   * @throws AssertionError when the promise is broken
   */
  run(storage: StorageClient): Promise<void>;
}

/** Raised when a storage breaks promises; `errors` has one for each, with the promise as message. */
export class StorageContractError extends AggregateError {
  override readonly name = "StorageContractError";
}

/**
 * What the module relies on in a storage. Any test framework can run it:
 *
 * ```ts
 * for (const check of storageContract) it(check.title, () => check.run(storage));
 * ```
 */
export const storageContract: readonly StorageCheck[] = [
  ...objectChecks,
  ...streamChecks,
  ...multipartChecks,
  ...listingChecks,
  ...urlChecks,
].map(storageCheck);

/**
 * Runs the whole contract, without a test framework.
 *
 * @throws StorageContractError naming each broken promise
 */
export async function assertStorageContract(storage: StorageClient): Promise<void> {
  const broken: Error[] = [];
  for (const check of storageContract) {
    try {
      await check.run(storage);
    } catch (cause) {
      broken.push(new Error(check.title, { cause }));
    }
  }
  if (broken.length === 0) return;
  const titles = broken.map(({ message }) => `\n- ${message}`).join("");
  throw new StorageContractError(
    broken,
    `The storage breaks ${broken.length} of ${storageContract.length} promises:${titles}`,
  );
}

function storageCheck({ title, run }: Check): StorageCheck {
  return {
    title,
    async run(storage) {
      const folder = `storage-contract/${randomUUID()}`;
      const used = new Set<string>();
      const key = (name: string): string => {
        const full = `${folder}/${name}`;
        used.add(full);
        return full;
      };
      try {
        await run({ storage, key });
      } finally {
        await storage.deleteMany([...used]);
      }
    },
  };
}
