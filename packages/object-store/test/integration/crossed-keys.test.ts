import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import type { Transaction } from "sequelize";

import type { MediaScope } from "../../src/index.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";
import { expireUnfinished } from "../support/unfinished.js";

let harness: Harness;
let scope: MediaScope;
let png: Uint8Array;

beforeAll(async () => {
  harness = await openHarness();
  scope = harness.store.forUser(await harness.addUser());
  png = (await sampleOf("png")).bytes;
});

afterAll(() => harness.close());

const upload = async (idempotencyKey: string, transaction?: Transaction): Promise<string> => {
  const options = { idempotencyKey, ...(transaction && { transaction }) };
  return (await scope.images.upload({ body: png }, options)).file.id;
};

/** The leases that they hold are of ten minutes. */
const soon = <Result>(work: Promise<Result>): Promise<Result | "still waiting"> =>
  Promise.race([work, sleep(20_000, "still waiting" as const, { ref: false })]);

const IN_PROGRESS = {
  code: "upload_in_progress",
  retryable: true,
  message: expect.stringMatching(/transaction that is still open holds this idempotency key/),
};

describe("two transactions that upload under two keys, each in the other order", () => {
  it("both end soon, and one says why: a repetition of both stores each file once", async () => {
    let bothHold = (): void => undefined;
    const holding = new Promise<void>((resolve) => (bothHold = resolve));
    let held = 0;
    const both = (first: string, second: string): Promise<string[]> =>
      harness.database.transaction(async (transaction) => {
        const id = await upload(first, transaction);
        held += 1;
        if (held >= 2) bothHold();
        await holding;
        return [id, await upload(second, transaction)];
      });
    const ends = await soon(Promise.allSettled([both("left", "right"), both("right", "left")]));
    if (ends === "still waiting") throw new Error(ends);
    const refused = ends.filter((end) => end.status === "rejected");
    expect(refused.length).toBeGreaterThanOrEqual(1);
    for (const { reason } of refused) expect(reason).toMatchObject(IN_PROGRESS);

    const ids = await both("left", "right");
    expect((await both("right", "left")).toReversed()).toEqual(ids);
    expect(await scope.images.count()).toBe(2);
    // A rollback does not wait long for S3: what is slow to go is left to the sweep.
    await expireUnfinished(harness.database);
    await harness.maintenance.sweep();
    expect(await harness.rows()).toHaveLength(2);
    expect(await harness.keys()).toHaveLength(2);
  });
});

describe("an upload under a key that an open transaction holds", () => {
  it("is refused soon with the cause, and goes through once that has ended", async () => {
    const transaction = await harness.database.transaction();
    const id = await upload("held", transaction);
    const refused = soon(upload("held"));
    await expect(refused).rejects.toMatchObject(IN_PROGRESS);
    await transaction.commit();
    expect(await upload("held")).toBe(id);
  });
});
