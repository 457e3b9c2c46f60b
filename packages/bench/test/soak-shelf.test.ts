import { describe, expect, it } from "@jest/globals";

import { Shelf, type StoredFile } from "../src/soak/load/shelf.js";

function file(id: string, byteSize = 10): StoredFile {
  return { id, kind: "images", byteSize, sha256: "" };
}

describe("the shelf", () => {
  it("takes nothing away that is being read", async () => {
    const shelf = new Shelf({ files: 10, bytes: 1000 });
    shelf.add(file("a"));
    await shelf.reading(1, (files) => {
      expect(files).toEqual([file("a")]);
      expect(shelf.take()).toBeUndefined();
      return Promise.resolve();
    });
    expect(shelf.take()).toEqual(file("a"));
    expect(shelf.count).toBe(0);
  });

  it("lets go of what a reader failed on", async () => {
    const shelf = new Shelf({ files: 10, bytes: 1000 });
    shelf.add(file("a"));
    const failing = shelf.reading(1, () => Promise.reject(new Error("no bytes")));
    await expect(failing).rejects.toThrow("no bytes");
    expect(shelf.take()).toEqual(file("a"));
  });

  it("says that there is nothing to read", async () => {
    const shelf = new Shelf({ files: 10, bytes: 1000 });
    expect(await shelf.reading(1, () => Promise.resolve())).toBe(false);
  });

  it("is full by files or by bytes, until some are taken", () => {
    const byFiles = new Shelf({ files: 1, bytes: 1000 });
    const byBytes = new Shelf({ files: 10, bytes: 20 });
    byFiles.add(file("a"));
    byBytes.add(file("a", 20));
    expect([byFiles.isFull, byBytes.isFull]).toEqual([true, true]);
    byFiles.take();
    byBytes.take();
    expect([byFiles.isFull, byBytes.isFull]).toEqual([false, false]);
  });
});
