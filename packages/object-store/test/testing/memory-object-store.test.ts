import { describe, expect, it } from "@jest/globals";

import { memoryObjectStore } from "../../src/testing.js";
import { sampleOf } from "../support/samples.js";

describe("the store in memory", () => {
  it("verifies files in the order of their keys, and goes on where it stopped", async () => {
    const { store, maintenance } = memoryObjectStore({ owner: { type: "integer" } });
    const body = (await sampleOf("png")).bytes;
    for (const owner of [5, 1, 9, 3]) await store.forUser(owner).images.upload({ body });
    let cursor: string | null = null;
    for (let files = 0; files < 4; files += 1) {
      const report = await maintenance.verify({ maxFiles: 1, cursor });
      expect(report.files).toBe(1);
      ({ cursor } = report);
    }
    expect(await maintenance.verify({ cursor })).toMatchObject({ files: 0, cursor: null });
  });

  it("erases and counts the files of an owner whose id is a number", async () => {
    const { store, maintenance } = memoryObjectStore({ owner: { type: "integer" } });
    const body = (await sampleOf("png")).bytes;
    const { file } = await store.forUser(7).images.upload({ body });
    const { file: other } = await store.forUser(70).images.upload({ body });
    expect(await maintenance.usage({ owner: 7 })).toMatchObject({ owners: [{ owner: 7 }] });
    const receipt = await maintenance.eraseUser(7);
    expect(receipt).toMatchObject({ userId: 7, complete: true, lines: [{ fileId: file.id }] });
    expect(await store.forUser(7).images.count()).toBe(0);
    expect(await store.forUser(70).images.exists(other.id)).toBe(true);
    expect(await maintenance.audit()).toMatchObject({ objects: 1, rows: 1, orphans: 0 });
  });
});
