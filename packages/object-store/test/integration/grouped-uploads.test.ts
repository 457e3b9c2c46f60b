import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { v7 as uuidv7 } from "uuid";

import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});
afterAll(() => harness.close());

describe("uploads at the same time", () => {
  it("share statements, of which the failure of one fails that one only", async () => {
    const { bytes } = await sampleOf("png");
    const known = await harness.addUser();
    const owners = Array.from({ length: 24 }, (_, turn) => (turn % 6 === 5 ? uuidv7() : known));
    const results = await Promise.allSettled(
      owners.map((owner, turn) =>
        harness.store
          .forUser(owner)
          .images.upload({ body: bytes, filename: `${turn} "quoted" \u{1f3b5} \ud83c.png` }),
      ),
    );
    const outcomes = results.map((result) =>
      result.status === "fulfilled"
        ? result.value.file.filename
        : (result.reason as { code: string }).code,
    );
    expect(outcomes).toEqual(
      owners.map((owner, turn) =>
        owner === known ? expect.stringMatching(new RegExp(`^${turn} `)) : "owner_not_found",
      ),
    );
    expect(await harness.rows()).toHaveLength(20);
  });

  it("are not failed by one whose owner is locked, and go on beside it", async () => {
    const { bytes } = await sampleOf("png");
    const [locked, free] = [await harness.addUser(), await harness.addUser()];
    const transaction = await harness.database.transaction();
    try {
      await harness.database.query("SELECT FROM users WHERE id = :locked FOR UPDATE", {
        replacements: { locked },
        transaction,
      });
      const upload = (owner: string) => harness.store.forUser(owner).images.upload({ body: bytes });
      let isHeldUp = true;
      const heldUp = upload(locked).finally(() => {
        isHeldUp = false;
      });
      await sleep(200);
      const others = await Promise.all([upload(free), upload(free), upload(free)]);
      expect(others).toHaveLength(3);
      expect(isHeldUp).toBe(true);
      await transaction.rollback();
      expect((await heldUp).file.userId).toBe(locked);
    } catch (error) {
      await transaction.rollback().catch(() => undefined);
      throw error;
    }
  });
});
