import { createHash } from "node:crypto";
import { Readable } from "node:stream";

import {
  CopyObjectCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  PutPublicAccessBlockCommand,
} from "@aws-sdk/client-s3";
import { expect } from "expect";

import { Upload } from "../checks/multipart-upload.js";
import { type KnownServer } from "../difference.js";
import { sendChunked } from "../requests/aws-chunked.js";
import { sendRaw } from "../requests/http.js";
import { postForm } from "../requests/post-form.js";
import { presign } from "../requests/signer.js";
import { noCopiesOntoStaging } from "./no-copies-onto-staging.js";

const SOURCE_TREE = "https://github.com/ceph/ceph/blob/v16.2.15/src/rgw";
const RACERS = 16;

/**
 * The object gateway of Ceph 16.2 (Pacific), as Debian 12 has it. Later releases have fewer
 * differences.
 */
export const ceph: KnownServer = {
  name: "Ceph 16.2",
  differences: [
    {
      checks: ["PutObject keeps a stream of known length"],
      dialects: ["sdk"],
      what: "answers 411 to a stream with the SDK's trailing checksum",
      source: "https://tracker.ceph.com/issues/63951",
      consequence: "s3-provider sets requestChecksumCalculation to WHEN_REQUIRED.",
      async behaves({ client, bucket }) {
        const put = new PutObjectCommand({
          Bucket: bucket,
          Key: "streamed",
          Body: Readable.from([Buffer.from("stream")]),
          ContentLength: 6,
        });
        await expect(client.send(put)).rejects.toMatchObject({
          name: "MissingContentLength",
          $metadata: { httpStatusCode: 411 },
        });
      },
    },
    {
      checks: [
        "an upload with a trailing checksum is taken when it fits and refused when it does not",
      ],
      what: "stores nothing that is sent with a trailing checksum",
      source: "https://tracker.ceph.com/issues/63951",
      consequence: "The same; no such upload is stored, framed or otherwise.",
      async behaves(s3) {
        const upload = { path: s3.path("chunked"), chunks: ["123456789"] };
        const trailer = { name: "x-amz-checksum-crc32", value: "y/Q5Jg==" };
        for (const kind of [
          "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
          "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        ] as const) {
          const { status } = await sendChunked(s3.server, { ...upload, kind, trailer });
          expect(status).toBeGreaterThanOrEqual(400);
        }
        expect(await s3.keys()).toEqual([]);
      },
    },
    {
      checks: ["an upload has its x-amz-checksum verified, kept and given back to those who ask"],
      what: "ignores x-amz-checksum-* headers",
      source: "https://tracker.ceph.com/issues/42080",
      consequence:
        "A body up to 5 MiB is covered by the signed x-amz-content-sha256, a longer one by TLS alone, and every file by the SHA-256 in the database, which `verify` compares; for a presigned upload, sign Content-MD5.",
      async behaves(s3) {
        const headers = { "x-amz-checksum-crc32": "AAAAAA==" };
        expect(await s3.put("key", "stored", headers)).toMatchObject({ status: 200 });
        const read = await s3.get("key", { "x-amz-checksum-mode": "ENABLED" });
        expect(read.text).toBe("stored");
        expect(read.headers).not.toHaveProperty("x-amz-checksum-crc32");
      },
    },
    {
      checks: [
        "PutObject on condition with If-Match replaces only the version that it names, and by one racer only",
      ],
      what: "knows an ETag in If-Match without quotes only, and tells some losers of a race 500",
      source: "https://github.com/ceph/ceph/pull/63348",
      consequence: "None: the module never replaces an object, as each has a key of its own.",
      async behaves(s3) {
        await s3.put("race", "origin");
        const etag = createHash("md5").update("origin").digest("hex");
        expect(await s3.put("race", "x", { "if-match": `"${etag}"` })).toMatchObject({
          status: 412,
        });
        const bodies = Array.from({ length: RACERS }, (_, racer) => `racer ${racer}`);
        const replies = await Promise.all(
          bodies.map((body) => s3.put("race", body, { "if-match": etag })),
        );
        const statuses = replies.map(({ status }) => status);
        expect(statuses.filter((status) => ![200, 412, 500].includes(status))).toEqual([]);
        expect(statuses.filter((status) => status === 200)).toHaveLength(1);
        expect(await s3.get("race")).toMatchObject({ text: bodies[statuses.indexOf(200)] });
      },
    },
    {
      checks: ["CopyObject obeys conditions on its source"],
      what: "ignores x-amz-copy-source-if-* headers",
      source: "https://tracker.ceph.com/issues/53945",
      consequence:
        "After each copy the module reads what it made, and compares its SHA-256 with that of the bytes that it judged.",
      async behaves(s3) {
        await s3.put("source", "copied");
        const copy = new CopyObjectCommand({
          Bucket: s3.bucket,
          Key: "copy",
          CopySource: `${s3.bucket}/source`,
          CopySourceIfMatch: '"another"',
        });
        await s3.client.send(copy);
        expect(await s3.get("copy")).toMatchObject({ text: "copied" });
      },
    },
    {
      checks: ["a deletion of many, by hand, verifies the Content-MD5 of its document"],
      what: "ignores the Content-MD5 of a list of keys to delete",
      source: `${SOURCE_TREE}/rgw_rest_s3.cc`,
      consequence: "The list is covered by the signed x-amz-content-sha256, which is verified.",
      async behaves(s3) {
        await s3.fill(["gone", "kept"]);
        const body = "<Delete><Object><Key>gone</Key></Object></Delete>";
        const request = { method: "POST", path: s3.path(), query: "delete=", body };
        const forged = body.replace("gone", "kept");
        const tampered = await s3.send(request, { sent: { body: forged } });
        expect(tampered).toMatchObject({ status: 400, code: "XAmzContentSHA256Mismatch" });
        const md5 = createHash("md5").update("another").digest("base64");
        const reply = await s3.send({ ...request, headers: { "content-md5": md5 } });
        expect(reply).toMatchObject({ status: 200 });
        expect(await s3.keys()).toEqual(["kept"]);
      },
    },
    {
      checks: ["a multipart upload is answered with the ETag of its object"],
      what: "answers the first completion with an empty ETag",
      source: "https://bugzilla.redhat.com/show_bug.cgi?id=2266579",
      consequence: "s3-provider says that the ETag is unknown; HeadObject has it.",
      async behaves(s3) {
        const upload = await Upload.create(s3, "etag");
        const part = await upload.put(1, Buffer.from("x"));
        expect((await upload.complete([part])).ETag).toBe("");
        expect((await s3.get("etag")).headers["etag"]).toMatch(/^"[0-9a-f]{32}-1"$/);
      },
    },
    {
      checks: [
        "a multipart upload is NoSuchUpload to those who list or complete it once it is aborted",
      ],
      what: "answers 500 to a completion after the abort, and NoSuchKey to a listing",
      source: "https://tracker.ceph.com/issues/75534",
      consequence:
        "s3-provider reports an unknown outcome, and the sweep settles it: there is no object.",
      async behaves(s3) {
        const upload = await Upload.create(s3, "aborted");
        const part = await upload.put(1, Buffer.from("x"));
        await upload.abort();
        await expect(upload.list()).rejects.toMatchObject({ name: "NoSuchKey" });
        await expect(upload.complete([part])).rejects.toMatchObject({
          $metadata: { httpStatusCode: 500 },
        });
        expect(await s3.keys()).toEqual([]);
      },
    },
    {
      checks: [
        "an upload by an HTML form is refused when it is signed with another secret or its policy was changed",
      ],
      what: "names a wrong signature of a form AccessDenied",
      source: `${SOURCE_TREE}/rgw_rest_s3.cc`,
      consequence: "None: the upload is refused.",
      async behaves(s3) {
        const form = { bucket: s3.bucket, key: "form/file", content: "x" };
        const reply = await postForm(s3.server, { ...form, secretAccessKey: "guessed" });
        expect(reply).toMatchObject({ status: 403, code: "AccessDenied" });
        expect(await s3.keys()).toEqual([]);
      },
    },
    {
      checks: ["a request is refused when an x-amz- header was added"],
      what: "obeys x-amz- headers that are not signed",
      source: `${SOURCE_TREE}/rgw_auth_s3.cc`,
      consequence:
        "Whoever holds a presigned PUT could make it a copy of another object, or public: the bucket policy and the public access block below are against both, and a must where clients upload by themselves.",
      async behaves(s3) {
        const { bucket: Bucket, client } = s3;
        await s3.put("secret", "secret");
        const put = { method: "PUT", path: s3.path("staging/mine") };
        const query = presign(s3.server, put);
        const copy = { ...put, query, headers: { "x-amz-copy-source": s3.path("secret") } };
        expect(await sendRaw(s3.server, copy)).toMatchObject({ status: 200 });
        expect(await s3.get("staging/mine")).toMatchObject({ text: "secret" });

        const Policy = JSON.stringify(noCopiesOntoStaging(Bucket));
        await client.send(new PutBucketPolicyCommand({ Bucket, Policy }));
        const PublicAccessBlockConfiguration = { IgnorePublicAcls: true };
        await client.send(
          new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }),
        );
        const denied = { status: 403, code: "AccessDenied" };
        expect(await sendRaw(s3.server, copy)).toMatchObject(denied);
        const open = { ...put, query, headers: { "x-amz-acl": "public-read" }, body: "own" };
        expect(await sendRaw(s3.server, open)).toMatchObject({ status: 200 });
        const anonymous = { method: "GET", path: put.path };
        expect(await sendRaw(s3.server, anonymous)).toMatchObject(denied);
        const onward = { "x-amz-copy-source": s3.path("staging/mine") };
        expect(await s3.put("final", "", onward)).toMatchObject({ status: 200 });
        expect(await s3.get("final")).toMatchObject({ text: "own" });
      },
    },
    {
      checks: ["a request is refused when it is signed for another region"],
      what: "takes a signature for any region",
      source: `${SOURCE_TREE}/rgw_auth_s3.cc`,
      consequence: "None: the secret is verified all the same.",
      async behaves(s3) {
        await s3.fill(["a"]);
        const request = { method: "GET", path: s3.path("a") };
        const elsewhere = { region: "mars-north-1" };
        expect(await s3.send(request, elsewhere)).toMatchObject({ status: 200 });
        const guessed = { ...elsewhere, secretAccessKey: "guessed" };
        expect(await s3.send(request, guessed)).toMatchObject({
          status: 403,
          code: "SignatureDoesNotMatch",
        });
      },
    },
  ],
};
