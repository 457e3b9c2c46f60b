import assert from "node:assert/strict";

import type { ListedObject } from "@repo/s3-provider";

import type { StorageClient } from "../../upload/storage-client.js";
import { assertAbsent, type Check, putBytes, readText, rejectsWith, TEXT } from "./check.js";

async function listed(
  storage: StorageClient,
  options: Parameters<StorageClient["list"]>[0],
): Promise<ListedObject[]> {
  const objects: ListedObject[] = [];
  for await (const object of storage.list(options)) objects.push(object);
  return objects;
}

/** What list, head and copy promise. */
export const listingChecks: readonly Check[] = [
  {
    title: "objects are listed by prefix, in ascending order of the bytes of their keys",
    async run({ storage, key }) {
      // U+FB03 comes before U+1F600 by UTF-8 bytes and after it by UTF-16 code units.
      const keys = ["list/B", "list/a", "list/\u{FB03}", "list/\u{1F600}"].map(key);
      for (const each of [...keys].reverse()) await putBytes(storage, each, "bytes");
      await putBytes(storage, key("other"), "bytes");
      const objects = await listed(storage, { prefix: key("list/") });
      assert.deepEqual(
        objects.map((object) => object.key),
        keys,
      );
      assert.equal(objects[0]?.byteLength, 5);
      assert.match(objects[0].etag, /^"[^"]+"$/);
      assert.ok(objects[0].lastModified instanceof Date);
    },
  },
  {
    title: "a listing goes on after a key, which need not exist",
    async run({ storage, key }) {
      for (const name of ["after/a", "after/c"]) await putBytes(storage, key(name), "bytes");
      const objects = await listed(storage, { prefix: key("after/"), startAfter: key("after/b") });
      assert.deepEqual(
        objects.map((object) => object.key),
        [key("after/c")],
      );
    },
  },
  {
    title: "head gives an object's facts, and s3_not_found when there is none",
    async run({ storage, key }) {
      await putBytes(storage, key("head"), "bytes");
      const { byteLength, contentType, etag, lastModified } = await storage.head(key("head"));
      assert.equal(byteLength, 5);
      assert.equal(contentType, TEXT);
      assert.match(etag, /^"[^"]+"$/);
      assert.ok(lastModified instanceof Date);
      await rejectsWith("s3_not_found", () => storage.head(key("missing")));
    },
  },
  {
    title: "copy makes a second object with the same bytes and type, and keeps the first",
    async run({ storage, key }) {
      await putBytes(storage, key("source"), "bytes");
      await storage.copy({ sourceKey: key("source"), targetKey: key("target") });
      assert.equal(await readText(storage, key("target")), "bytes");
      assert.equal((await storage.head(key("target"))).contentType, TEXT);
      assert.equal(await readText(storage, key("source")), "bytes");
    },
  },
  {
    title: "copy refuses a source that is missing",
    async run({ storage, key }) {
      const [sourceKey, targetKey] = [key("source"), key("target")];
      await rejectsWith("s3_not_found", () => storage.copy({ sourceKey, targetKey }));
      await assertAbsent(storage, targetKey);
    },
  },
];
