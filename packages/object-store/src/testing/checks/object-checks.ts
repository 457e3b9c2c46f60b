import assert from "node:assert/strict";
import { createHash } from "node:crypto";

import { wentUnanswered } from "../../upload/storage-client.js";
import {
  assertAbsent,
  type Check,
  putBytes,
  readAll,
  readText,
  rejectsWith,
  TEXT,
} from "./check.js";

/** What put, get and delete promise. */
export const objectChecks: readonly Check[] = [
  {
    title: "an object comes back with its bytes, length, type and a quoted ETag",
    async run({ storage, key }) {
      const body = Buffer.from([0, 1, 2, 253, 254, 255]);
      const put = await storage.put({
        key: key("object"),
        body,
        byteLength: body.byteLength,
        contentType: "image/png",
      });
      const download = await storage.get(key("object"));
      assert.deepEqual(await readAll(download.body), body);
      assert.equal(download.byteLength, body.byteLength);
      assert.equal(download.totalByteLength, body.byteLength);
      assert.equal(download.contentType, "image/png");
      assert.match(download.etag, /^"[^"]+"$/);
      assert.equal(download.etag, put.etag);
    },
  },
  {
    title: "put and copy leave nothing unanswered that was answered at once",
    async run({ storage, key }) {
      const body = Buffer.from("bytes");
      const input = { key: key("answered"), body, byteLength: 5, contentType: TEXT };
      assert.equal(wentUnanswered(await storage.put(input)), false);
      const copy = { sourceKey: key("answered"), targetKey: key("answered/copy") };
      assert.equal(wentUnanswered(await storage.copy(copy)), false);
    },
  },
  {
    title: "a second put replaces the object",
    async run({ storage, key }) {
      await putBytes(storage, key("twice"), "first");
      await putBytes(storage, key("twice"), "second");
      assert.equal(await readText(storage, key("twice")), "second");
    },
  },
  {
    title: "bytes of another length than announced are s3_length_mismatch and store nothing",
    async run({ storage, key }) {
      const body = Buffer.from("bytes");
      for (const byteLength of [4, 6]) {
        const input = { key: key("length"), body, byteLength, contentType: TEXT };
        const error = await rejectsWith("s3_length_mismatch", () => storage.put(input));
        assert.equal(error.outcome, "not_applied");
      }
      await assertAbsent(storage, key("length"));
    },
  },
  {
    title: "bytes of another SHA-256 than given are s3_invalid_request and store nothing",
    async run({ storage, key }) {
      const body = Buffer.from("bytes");
      const sha256 = createHash("sha256").update("other").digest();
      const input = { key: key("digest"), body, byteLength: 5, sha256, contentType: TEXT };
      const error = await rejectsWith("s3_invalid_request", () => storage.put(input));
      assert.equal(error.outcome, "not_applied");
      await assertAbsent(storage, key("digest"));
    },
  },
  {
    title: "a missing object is s3_not_found with the outcome not_applied",
    async run({ storage, key }) {
      const error = await rejectsWith("s3_not_found", () => storage.get(key("missing")));
      assert.equal(error.outcome, "not_applied");
    },
  },
  {
    title: "a range gives its part and the whole length",
    async run({ storage, key }) {
      await putBytes(storage, key("range"), "0123456789");
      const part = await storage.get(key("range"), { range: { start: 2, end: 4 } });
      assert.equal((await readAll(part.body)).toString(), "234");
      assert.equal(part.byteLength, 3);
      assert.equal(part.totalByteLength, 10);
      assert.deepEqual(part.range, { start: 2, end: 4 });
      const open = await storage.get(key("range"), { range: { start: 7 } });
      assert.equal((await readAll(open.body)).toString(), "789");
    },
  },
  {
    title: "a range outside of the object is s3_invalid_range",
    async run({ storage, key }) {
      await putBytes(storage, key("range"), "0123456789");
      await rejectsWith("s3_invalid_range", () =>
        storage.get(key("range"), { range: { start: 10 } }),
      );
    },
  },
  {
    title: "delete removes an object, and is fine when there is none",
    async run({ storage, key }) {
      await putBytes(storage, key("deleted"), "bytes");
      await storage.delete(key("deleted"));
      await assertAbsent(storage, key("deleted"));
      await storage.delete(key("deleted"));
    },
  },
  {
    title: "deleteMany removes more keys than one request takes, and counts absent ones as deleted",
    async run({ storage, key }) {
      const keys = Array.from({ length: 1001 }, (_, at) => key(`many-${at}`));
      const [first = "", last = ""] = [keys[0], keys.at(-1)];
      await putBytes(storage, first, "bytes");
      await putBytes(storage, last, "bytes");
      const { deleted, failed } = await storage.deleteMany(keys);
      assert.deepEqual(failed, []);
      assert.deepEqual([...deleted].sort(), [...keys].sort());
      await assertAbsent(storage, first);
      await assertAbsent(storage, last);
    },
  },
  {
    title: "deleteMany without keys does nothing",
    async run({ storage }) {
      assert.deepEqual(await storage.deleteMany([]), { deleted: [], failed: [] });
    },
  },
];
