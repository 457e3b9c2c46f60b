import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import { tablesIn } from "../../src/persistence.js";
import { InventoryRepo, type InventoryRow } from "../../src/repo/inventory-repo.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { poolerOf } from "../support/services.js";

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});

afterAll(async () => {
  await harness.close();
});

describe("the rows of a kind", () => {
  it("come in the order of the bytes of their keys, page by page", async () => {
    for (const scope of [
      harness.store.forUser(await harness.addUser()),
      harness.store.forSystem(),
      harness.store.forUser(await harness.addUser()),
    ]) {
      for (let count = 0; count < 2; count += 1) await uploadSample(scope, await sampleOf("png"));
    }
    const keys = await harness.keys();
    const repo = new InventoryRepo(tablesIn(harness.database, poolerOf()), "image");
    for (const limit of [1, 2, 3, 4, 6, 7]) {
      const seen: string[] = [];
      let page: InventoryRow[] = [];
      do {
        page = await repo.page(page.at(-1)?.s3Key ?? "", limit);
        seen.push(...page.map(({ s3Key }) => s3Key));
      } while (page.length === limit);
      expect(seen).toEqual(keys);
    }
  });
});
