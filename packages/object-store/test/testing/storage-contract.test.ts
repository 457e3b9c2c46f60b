import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { S3Provider } from "@repo/s3-provider";

import {
  assertStorageContract,
  type MemoryEndpoint,
  MemoryStorage,
  StorageContractError,
  storageContract,
} from "../../src/testing.js";
import { type Harness, openHarness } from "../support/harness.js";

describe("the storage contract, of an S3Provider over a server", () => {
  let harness: Harness;

  beforeAll(async () => {
    harness = await openHarness();
  });

  afterAll(async () => {
    expect(await harness.keys()).toEqual([]);
    await harness.close();
  });

  it.each(storageContract)("$title", async (check) => {
    await check.run(harness.s3);
  });
});

describe("the storage contract, of a MemoryStorage that listens", () => {
  const storage = new MemoryStorage();
  let endpoint: MemoryEndpoint;

  beforeAll(async () => {
    endpoint = await storage.listen();
  });

  afterAll(async () => {
    expect(storage.keys).toEqual([]);
    await endpoint.close();
  });

  it.each(storageContract)("$title", async (check) => {
    await check.run(storage);
  });
});

describe("a storage that breaks a promise", () => {
  type Storage = S3Provider | MemoryStorage;

  /** Storages that are wrong in one way each, by the promise that they break. */
  const broken: [string, () => MemoryStorage][] = [
    [
      "a missing object is s3_not_found with the outcome not_applied",
      () =>
        new (class extends MemoryStorage {
          override async get(...[key, options]: Parameters<Storage["get"]>) {
            if (!this.keys.includes(key)) throw new Error("ENOENT");
            return super.get(key, options);
          }
        })(),
    ],
    [
      "a second put replaces the object",
      () =>
        new (class extends MemoryStorage {
          override put(input: Parameters<Storage["put"]>[0]) {
            return super.put({ ...input, ifNoneMatch: "*" });
          }
        })(),
    ],
    [
      "an aborted upload leaves nothing, takes no more parts, and can be aborted again",
      () =>
        new (class extends MemoryStorage {
          override async abortMultipartUpload() {
            await Promise.resolve();
          }
        })(),
    ],
    [
      "put and copy leave nothing unanswered that was answered at once",
      () =>
        new (class extends MemoryStorage {
          override async put(input: Parameters<Storage["put"]>[0]) {
            return { ...(await super.put(input)), unanswered: true };
          }
        })(),
    ],
    [
      "deleteMany removes more keys than one request takes, and counts absent ones as deleted",
      () =>
        new (class extends MemoryStorage {
          override deleteMany(keys: readonly string[]) {
            return super.deleteMany(keys.slice(0, 1000));
          }
        })(),
    ],
  ];

  it.each(broken)("is told so: %s", async (title, make) => {
    const error: unknown = await assertStorageContract(make()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StorageContractError);
    const titles = (error as StorageContractError).errors.map(({ message }: Error) => message);
    expect(titles).toContain(title);
  });

  it("or is not, when it keeps them all", async () => {
    await assertStorageContract(new MemoryStorage());
  });
});
