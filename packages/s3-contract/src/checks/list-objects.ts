import { ListObjectsV2Command, paginateListObjectsV2 } from "@aws-sdk/client-s3";
import { expect } from "expect";

import { type CheckGroup, SDK_DIALECTS } from "../check.js";
import { type Subject } from "../subject.js";

/** In the order of their UTF-8 bytes, which is not that of JavaScript's strings. */
const KEYS = [
  "a/1",
  "a/2",
  "a/b/3",
  "b %25 percent",
  "c/4",
  "d+e f",
  "long/".padEnd(900, "x"),
  "z",
  "é",
  "ｚ fullwidth",
  "𐀀 beyond the basic plane",
];

async function list({ client, bucket }: Subject, input: object = {}) {
  const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, ...input }));
  return {
    keys: page.Contents?.map(({ Key }) => Key) ?? [],
    prefixes: page.CommonPrefixes?.map(({ Prefix }) => Prefix) ?? [],
    page,
  };
}

export const listObjects: CheckGroup = {
  name: "ListObjectsV2",
  dialects: SDK_DIALECTS,
  checks: {
    async "is in the order of the keys' UTF-8 bytes, with size, ETag and time"(s3) {
      await s3.fill(KEYS.toReversed());
      const { keys, page } = await list(s3);
      expect(keys).toEqual(KEYS);
      expect(page).toMatchObject({ KeyCount: KEYS.length, IsTruncated: false });
      const [first] = page.Contents ?? [];
      expect(first).toMatchObject({ Size: 3, ETag: expect.stringMatching(/^"[0-9a-f]{32}"$/) });
      expect(Date.now() - Number(first?.LastModified)).toBeLessThan(60_000);
    },

    async "is narrowed by a prefix and starts after a key"(s3) {
      await s3.fill(KEYS);
      expect((await list(s3, { Prefix: "a/" })).keys).toEqual(["a/1", "a/2", "a/b/3"]);
      expect((await list(s3, { Prefix: "none" })).keys).toEqual([]);
      expect((await list(s3, { StartAfter: "c/4" })).keys[0]).toBe("d+e f");
      expect((await list(s3, { StartAfter: "c/3" })).keys[0]).toBe("c/4");
      const both = await list(s3, { Prefix: "a/", StartAfter: "a/1" });
      expect(both.keys).toEqual(["a/2", "a/b/3"]);
    },

    async "rolls keys up to the delimiter into one prefix"(s3) {
      await s3.fill(KEYS);
      const { keys, prefixes, page } = await list(s3, { Delimiter: "/" });
      expect(keys).toEqual(KEYS.filter((key) => !key.includes("/")));
      expect(prefixes).toEqual(["a/", "c/", "long/"]);
      expect(page.KeyCount).toBe(keys.length + prefixes.length);
      expect(await list(s3, { Delimiter: "/", Prefix: "a/" })).toMatchObject({
        keys: ["a/1", "a/2"],
        prefixes: ["a/b/"],
      });
    },

    async "finds everything once in pages of any size"(s3) {
      await s3.fill(KEYS);
      const rolled = ["a/", "c/", "long/", ...KEYS.filter((key) => !key.includes("/"))];
      for (const pageSize of [1, 2, 3, 100]) {
        for (const Delimiter of [undefined, "/"]) {
          const found: (string | undefined)[] = [];
          const paging = { client: s3.client, pageSize };
          const input = { Bucket: s3.bucket, Delimiter };
          for await (const page of paginateListObjectsV2(paging, input)) {
            expect(page.KeyCount).toBeLessThanOrEqual(pageSize);
            found.push(...(page.Contents ?? []).map(({ Key }) => Key));
            found.push(...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix));
          }
          const expected = Delimiter === undefined ? KEYS : rolled;
          expect(found.toSorted()).toEqual(expected.toSorted());
        }
      }
    },

    async "goes on where it was when keys come and go between pages"(s3) {
      await s3.fill(["1", "2", "3", "4"]);
      const first = await list(s3, { MaxKeys: 2 });
      expect(first.keys).toEqual(["1", "2"]);
      await s3.send({ method: "DELETE", path: s3.path("3") });
      await s3.fill(["0", "35"]);
      const second = await list(s3, { ContinuationToken: first.page.NextContinuationToken });
      expect(second.keys).toEqual(["35", "4"]);
    },

    async "encodes keys when asked to"(s3) {
      await s3.fill(["d+e ü"]);
      const [key = ""] = (await list(s3, { EncodingType: "url" })).keys;
      expect(key).not.toBe("d+e ü");
      expect(decodeURIComponent(key.replaceAll("+", " "))).toBe("d+e ü");
    },

    async "gives no more than 1,000 keys a page"(s3) {
      await s3.fill(["a"]);
      expect((await list(s3, { MaxKeys: 5000 })).page.MaxKeys).toBe(1000);
      expect((await list(s3, { MaxKeys: 0 })).keys).toEqual([]);
    },
  },
};
