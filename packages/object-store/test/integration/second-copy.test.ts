import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { S3Provider } from "@repo/s3-provider";

import * as own from "../../src/index.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";

let harness: Harness;
let other: typeof own;
let s3: S3Provider;
let store: own.ObjectStoreProvider;
let userId: string;
let png: Uint8Array;

beforeAll(async () => {
  harness = await openHarness();
  userId = await harness.addUser();
  png = (await sampleOf("png")).bytes;
  jest.resetModules();
  other = await import("../../src/index.js");
  // Of the first copy, as the database of the harness is.
  s3 = harness.s3;
  store = other.objectStoreProvider({ database: harness.database, s3 });
});

afterAll(async () => {
  await store.close();
  await harness.close();
});

describe("a store of a second copy of the package", () => {
  it("is of another copy, as is its S3 provider's", async () => {
    expect(other.ObjectStoreError).not.toBe(own.ObjectStoreError);
    const { S3Provider: Other } = await import("@repo/s3-provider");
    expect(Other).not.toBe(S3Provider);
  });

  it("understands the failures of the first one's S3 provider", async () => {
    const { images } = store.forUser(userId);
    const { file } = await images.upload({ body: png });
    for (const key of await harness.keys()) await s3.delete(key);
    const { objectStoreMaintenance } = await import("../../src/maintenance.js");
    const maintenance = objectStoreMaintenance({ database: harness.database, s3 });
    expect(await maintenance.verify()).toMatchObject({ corrupt: 1, unreadable: 0 });
    await images.delete(file.id);
  });

  it("works in a transaction, and is undone with it", async () => {
    const scopes = [store.forUser(userId), harness.store.forUser(userId)];
    const undone = harness.database.transaction(async (transaction) => {
      await Promise.all(scopes.map(({ images }) => images.upload({ body: png }, { transaction })));
      throw new Error("undone");
    });
    await expect(undone).rejects.toThrow("undone");
    expect(await harness.keys()).toEqual([]);
    expect(await harness.rows()).toEqual([]);
  });

  it("throws errors that are instances of the first one's classes", async () => {
    const refused = store.forUser(userId).images.get(userId);
    await expect(refused).rejects.toBeInstanceOf(own.FileNotFoundError);
    await expect(refused).rejects.toBeInstanceOf(own.ObjectStoreError);
    await expect(refused).rejects.not.toBeInstanceOf(own.InvalidInputError);
  });
});
