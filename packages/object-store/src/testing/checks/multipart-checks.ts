import assert from "node:assert/strict";

import type { ListedMultipartUpload } from "@repo/s3-provider";

import { type StorageClient, wentUnanswered } from "../../upload/storage-client.js";
import { assertAbsent, type Check, readAll, rejectsWith, TEXT } from "./check.js";

/** The least that S3 takes for a part that is not the last. */
const PART_BYTES = 5 * 1024 * 1024;

async function unfinished(
  storage: StorageClient,
  prefix: string,
): Promise<ListedMultipartUpload[]> {
  const uploads: ListedMultipartUpload[] = [];
  for await (const upload of storage.listMultipartUploads({ prefix })) uploads.push(upload);
  return uploads;
}

/** What multipart uploads promise. */
export const multipartChecks: readonly Check[] = [
  {
    title: "parts become one object when they are completed, and not before",
    async run({ storage, key }) {
      const head = Buffer.alloc(PART_BYTES, "head");
      const tail = Buffer.from("tail");
      const upload = await storage.createMultipartUpload({ key: key("parts"), contentType: TEXT });
      assert.equal(upload.key, key("parts"));
      const last = await storage.uploadPart(upload, { partNumber: 2, body: tail });
      const first = await storage.uploadPart(upload, { partNumber: 1, body: head });
      await assertAbsent(storage, key("parts"));
      const completed = await storage.completeMultipartUpload(upload, [last, first]);
      assert.equal(wentUnanswered(completed), false);
      const download = await storage.get(key("parts"));
      assert.equal(download.contentType, TEXT);
      assert.ok(Buffer.concat([head, tail]).equals(await readAll(download.body)));
    },
  },
  {
    title: "an aborted upload leaves nothing, takes no more parts, and can be aborted again",
    async run({ storage, key }) {
      const upload = await storage.createMultipartUpload({ key: key("gone"), contentType: TEXT });
      const part = await storage.uploadPart(upload, { partNumber: 1, body: Buffer.from("part") });
      await storage.abortMultipartUpload(upload);
      await storage.abortMultipartUpload(upload);
      await rejectsWith("s3_not_found", () =>
        storage.uploadPart(upload, { partNumber: 2, body: Buffer.from("late") }),
      );
      await rejectsWith("s3_not_found", () => storage.completeMultipartUpload(upload, [part]));
      await assertAbsent(storage, key("gone"));
    },
  },
  {
    title: "uploads that are neither completed nor aborted are listed by prefix",
    async run({ storage, key }) {
      const start = (name: string) =>
        storage.createMultipartUpload({ key: key(name), contentType: TEXT });
      const [open, aborted, completed, elsewhere] = [
        await start("list/open"),
        await start("list/aborted"),
        await start("list/completed"),
        await start("other/open"),
      ];
      await storage.abortMultipartUpload(aborted);
      const part = { partNumber: 1, body: Buffer.from("part") };
      await storage.completeMultipartUpload(completed, [await storage.uploadPart(completed, part)]);

      const listed = await unfinished(storage, key("list/"));
      assert.deepEqual(
        listed.map(({ key: listedKey, uploadId }) => ({ key: listedKey, uploadId })),
        [open],
      );
      assert.ok(listed[0]?.initiatedAt instanceof Date);
      await storage.abortMultipartUpload(open);
      await storage.abortMultipartUpload(elsewhere);
    },
  },
  {
    title: "a completion with a part that was not sent so is refused and makes no object",
    async run({ storage, key }) {
      const upload = await storage.createMultipartUpload({ key: key("wrong"), contentType: TEXT });
      await storage.uploadPart(upload, { partNumber: 1, body: Buffer.from("part") });
      const wrong = { partNumber: 1, etag: `"${"0".repeat(32)}"` };
      await rejectsWith("s3_invalid_request", () =>
        storage.completeMultipartUpload(upload, [wrong]),
      );
      await assertAbsent(storage, key("wrong"));
      await storage.abortMultipartUpload(upload);
    },
  },
];
