import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { QueryTypes } from "sequelize";

import type { BeforeReady } from "../../src/index.js";
import { expectNothingStored, refusalOf } from "../support/expect-nothing-stored.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";
import { storeOver } from "../support/store-over.js";
import { expireUnfinished } from "../support/unfinished.js";

let harness: Harness;
let userId: string;
let png: Uint8Array;

beforeAll(async () => {
  harness = await openHarness();
  userId = await harness.addUser();
  png = (await sampleOf("png")).bytes;
});

afterAll(() => harness.close());

async function leaseOf(id: string): Promise<Date | undefined> {
  const [row] = await harness.database.query<{ lease_expires_at: Date }>(
    "SELECT lease_expires_at FROM object_store_journal WHERE id = $1",
    { bind: [id], type: QueryTypes.SELECT },
  );
  return row?.lease_expires_at;
}

describe("an upload whose hook runs", () => {
  it("keeps its lease", async () => {
    const beforeReady: BeforeReady = async ({ id }, _openBytes, { signal }) => {
      const first = await leaseOf(id);
      expect(first).toBeInstanceOf(Date);
      while ((await leaseOf(id))?.getTime() === first?.getTime()) {
        await sleep(50, undefined, { signal });
      }
    };
    const { images } = harness.storeWith({ beforeReady, leaseSeconds: 10 }).forUser(userId);
    const { file } = await images.upload({ body: png });
    expect(await images.exists(file.id)).toBe(true);
  });

  it("is upload_expired when a sweep takes it over, and leaves no bytes", async () => {
    const beforeReady = async (): Promise<void> => {
      await expireUnfinished(harness.database);
      await harness.maintenance.sweep();
    };
    const { images } = harness.storeWith({ beforeReady }).forUser(userId);
    const before = await harness.keys();
    const refusal = await refusalOf(() => images.upload({ body: png }));
    expect(refusal.code).toBe("upload_expired");
    expect(await harness.keys()).toEqual(before);
  });

  it("holds no connection", async () => {
    const uploads = 4;
    let arrived = 0;
    let open = (): void => undefined;
    const allArrived = new Promise<void>((resolve) => {
      open = resolve;
    });
    const beforeReady: BeforeReady = async ({ id }) => {
      arrived += 1;
      if (arrived === uploads) open();
      await allArrived;
      expect(await over.store.forUser(userId).images.exists(id)).toBe(false);
    };
    const over = storeOver(harness, { max: 1 }, { beforeReady, ownConnections: 1 });
    const { images } = over.store.forUser(userId);
    const stored = await Promise.all(
      Array.from({ length: uploads }, () => images.upload({ body: png })),
    );
    expect(new Set(stored.map(({ file }) => file.id)).size).toBe(uploads);
    await over.database.close();
  });

  it("ends with the store, and leaves nothing", async () => {
    let began = (): void => undefined;
    const hasBegun = new Promise<void>((resolve) => {
      began = resolve;
    });
    const beforeReady: BeforeReady = () => {
      began();
      return new Promise(() => undefined);
    };
    const store = harness.storeWith({ beforeReady });
    const refusal = await expectNothingStored(harness, async () => {
      const upload = store.forUser(userId).images.upload({ body: png });
      await hasBegun;
      await Promise.all([upload, store.close({ timeoutSeconds: 0 })]);
    });
    expect(refusal.code).toBe("store_closed");
  });
});
