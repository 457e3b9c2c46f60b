import { createHash } from "node:crypto";

import { DeleteObjectCommand, DeleteObjectsCommand } from "@aws-sdk/client-s3";
import { expect } from "expect";

import { type CheckGroup, HTTP_DIALECT, SDK_DIALECTS } from "../check.js";
import { type Subject } from "../subject.js";

function remove({ client, bucket }: Subject, keys: readonly string[], Quiet = false) {
  const Objects = keys.map((Key) => ({ Key }));
  return client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects, Quiet } }));
}

export const deleteObjects: CheckGroup = {
  name: "a deletion",
  dialects: SDK_DIALECTS,
  checks: {
    async "succeeds, again and again, and the object is gone"(s3) {
      await s3.fill(["gone"]);
      for (let times = 0; times < 2; times++) {
        const target = { Bucket: s3.bucket, Key: "gone" };
        const reply = await s3.client.send(new DeleteObjectCommand(target));
        expect(reply.$metadata.httpStatusCode).toBe(204);
      }
      expect(await s3.get("gone")).toMatchObject({ status: 404, code: "NoSuchKey" });
    },

    async "of many removes what is there and reports what is not as removed too"(s3) {
      const keys = ["plain", "a & b <c>", " spaced ", "ü+%20"];
      await s3.fill([...keys, "stays"]);
      const reply = await remove(s3, [...keys, "absent"]);
      expect(reply.Deleted?.map(({ Key }) => Key).sort()).toEqual([...keys, "absent"].sort());
      expect(reply.Errors ?? []).toEqual([]);
      expect(await s3.keys()).toEqual(["stays"]);
    },

    async "of many says nothing of what it removed when it is quiet"(s3) {
      await s3.fill(["a"]);
      const reply = await remove(s3, ["a", "absent"], true);
      expect(reply.Deleted ?? []).toEqual([]);
      expect(await s3.keys()).toEqual([]);
    },

    async "takes 1,000 keys at once, and not one more"(s3) {
      const keys = Array.from({ length: 1000 }, (_, index) => String(index).padStart(100, '"'));
      await s3.fill(keys.slice(0, 3));
      expect((await remove(s3, keys)).Deleted).toHaveLength(1000);
      expect(await s3.keys()).toEqual([]);
      await expect(remove(s3, [...keys, "more"])).rejects.toMatchObject({
        $metadata: { httpStatusCode: 400 },
      });
    },

    async "of many reports each failure among the successes"(s3) {
      await s3.fill(["good", "protected"]);
      const release = await s3.protect("protected");
      const reply = await remove(s3, ["good", "protected"]);
      await release();
      expect(reply.$metadata.httpStatusCode).toBe(200);
      expect(reply.Deleted?.map(({ Key }) => Key)).toEqual(["good"]);
      expect(reply.Errors).toMatchObject([{ Key: "protected", Code: expect.any(String) }]);
      expect(await s3.keys()).toEqual(["protected"]);
    },
  },
};

export const deleteObjectsByHand: CheckGroup = {
  name: "a deletion of many, by hand,",
  dialects: HTTP_DIALECT,
  checks: {
    async "verifies the Content-MD5 of its document"(s3) {
      await s3.fill(["kept"]);
      const body = "<Delete><Object><Key>kept</Key></Object></Delete>";
      const post = (digested: string) => {
        const md5 = createHash("md5").update(digested).digest("base64");
        const headers = { "content-md5": md5 };
        return s3.send({ method: "POST", path: s3.path(), query: "delete=", headers, body });
      };
      expect(await post("another")).toMatchObject({ status: 400, code: "BadDigest" });
      expect(await s3.keys()).toEqual(["kept"]);
      expect(await post(body)).toMatchObject({ status: 200 });
      expect(await s3.keys()).toEqual([]);
    },
  },
};
