import { createHash } from "node:crypto";
import { Readable } from "node:stream";

import {
  CopyObjectCommand,
  DeleteObjectsCommand,
  GetBucketCorsCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutBucketCorsCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { expect } from "expect";

import { Upload } from "../checks/multipart-upload.js";
import { type KnownServer } from "../difference.js";
import { sendChunked } from "../requests/aws-chunked.js";
import { beginRequest } from "../requests/begun-request.js";
import { sendRaw } from "../requests/http.js";
import { postForm } from "../requests/post-form.js";
import { presign } from "../requests/signer.js";

const OPERATIONS = "https://docs.openstack.org/swift/latest/s3_compat.html";
const SOURCE_TREE = "https://github.com/openstack/swift/blob/2.30.1/swift/common/middleware/s3api";
const NOT_IMPLEMENTED = { name: "NotImplemented", $metadata: { httpStatusCode: 501 } };

/** The S3 API (s3api) of OpenStack Swift 2.30 (Zed), as Debian 12 has it, with tempauth. */
export const swift: KnownServer = {
  name: "Swift 2.30",
  differences: [
    {
      checks: ["a bucket accepts a lifecycle rule that aborts abandoned uploads"],
      what: "has no lifecycle rules, and takes them for a malformed CreateBucket",
      source: OPERATIONS,
      consequence:
        "Only the sweep ends abandoned uploads, and nothing empties `quarantine/` and `staging/` by age.",
      async behaves({ client, bucket }) {
        const rule = {
          Status: "Enabled" as const,
          Filter: { Prefix: "" },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
        };
        const put = new PutBucketLifecycleConfigurationCommand({
          Bucket: bucket,
          LifecycleConfiguration: { Rules: [rule] },
        });
        await expect(client.send(put)).rejects.toMatchObject({ name: "MalformedXML" });
      },
    },
    {
      checks: [
        "PutObject keeps bytes, headers and metadata",
        "GetObject answers whole, with size, type, ETag and time, and HeadObject without the body",
      ],
      what: "sends no Accept-Ranges, although it answers ranges",
      source: `${SOURCE_TREE}/s3response.py`,
      consequence: "None: the module asks for ranges all the same.",
      async behaves(s3) {
        await s3.put("digits", "0123456789");
        expect((await s3.get("digits")).headers).not.toHaveProperty("accept-ranges");
        const part = await s3.get("digits", { range: "bytes=2-4" });
        expect(part).toMatchObject({ status: 206, text: "234" });
      },
    },
    {
      checks: ["PutObject keeps a stream of known length"],
      dialects: ["sdk"],
      what: "answers 501 to a stream with the SDK's trailing checksum",
      source: `${SOURCE_TREE}/s3request.py`,
      consequence: "s3-provider sets requestChecksumCalculation to WHEN_REQUIRED.",
      async behaves({ client, bucket }) {
        const put = new PutObjectCommand({
          Bucket: bucket,
          Key: "streamed",
          Body: Readable.from([Buffer.from("stream")]),
          ContentLength: 6,
        });
        await expect(client.send(put)).rejects.toMatchObject(NOT_IMPLEMENTED);
      },
    },
    {
      checks: [
        "an upload is taken in signed chunks",
        "an upload is refused when a signed chunk was changed",
        "an upload with a trailing checksum is taken when it fits and refused when it does not",
      ],
      what: "answers 501 to `aws-chunked` bodies",
      source: `${SOURCE_TREE}/s3request.py`,
      consequence: "The same; nothing of such an upload is stored.",
      async behaves(s3) {
        const trailer = { name: "x-amz-checksum-crc32", value: "y/Q5Jg==" };
        const upload = { path: s3.path("chunked"), chunks: ["123456789"] };
        for (const [kind, more] of [
          ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", {}],
          ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER", { trailer }],
          ["STREAMING-UNSIGNED-PAYLOAD-TRAILER", { trailer }],
        ] as const) {
          const reply = await sendChunked(s3.server, { ...upload, kind, ...more });
          expect(reply).toMatchObject({ status: 501, code: "NotImplemented" });
        }
        expect(await s3.keys()).toEqual([]);
      },
    },
    {
      checks: ["an upload has its x-amz-checksum verified, kept and given back to those who ask"],
      what: "ignores x-amz-checksum-* headers",
      source: `${SOURCE_TREE}/s3request.py`,
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
      checks: ["an upload is refused when its body is not the one whose digest was signed"],
      what: "names a body of another digest BadDigest",
      source: `${SOURCE_TREE}/s3request.py`,
      consequence: "None: the upload is refused.",
      async behaves(s3) {
        const request = { method: "PUT", path: s3.path("key"), body: "genuine" };
        const reply = await s3.send(request, { sent: { body: "forged!" } });
        expect(reply).toMatchObject({ status: 400, code: "BadDigest" });
        expect(await s3.keys()).toEqual([]);
      },
    },
    {
      checks: [
        "PutObject on condition with If-None-Match: * creates and does not replace",
        "PutObject on condition has one winner among racers that create",
        "PutObject on condition with If-Match replaces only the version that it names, and by one racer only",
      ],
      what: "answers 501 to conditional writes",
      source: `${SOURCE_TREE}/controllers/obj.py`,
      consequence: "None: the module never replaces an object, as each has a key of its own.",
      async behaves(s3) {
        await s3.put("kept", "kept");
        for (const [name, value] of [
          ["if-none-match", "*"],
          ["if-match", '"x"'],
        ] as const) {
          const reply = await s3.put("kept", "new", { [name]: value });
          expect(reply).toMatchObject({ status: 501, code: "NotImplemented" });
        }
        expect(await s3.get("kept")).toMatchObject({ text: "kept" });
      },
    },
    {
      checks: ["CopyObject onto itself needs something to change"],
      what: "does not see that a copy is onto itself where the key has characters that are encoded",
      source: `${SOURCE_TREE}/s3request.py`,
      consequence: "None: the module copies to new keys only.",
      async behaves(s3) {
        const { bucket: Bucket, client } = s3;
        const Key = "the same/ü+&%20.txt";
        await s3.put(Key, "same", { "content-type": "text/css" });
        const CopySource = `${Bucket}/${encodeURIComponent(Key)}`;
        await client.send(new CopyObjectCommand({ Bucket, Key, CopySource }));
        const copied = await s3.get(Key);
        expect(copied).toMatchObject({ text: "same", headers: { "content-type": "text/css" } });
      },
    },
    {
      checks: [
        "a deletion of many removes what is there and reports what is not as removed too",
        "a deletion of many says nothing of what it removed when it is quiet",
        "a deletion takes 1,000 keys at once, and not one more",
      ],
      what: "wants the Content-MD5 of a list of keys to delete, which the SDK leaves out",
      source: `${SOURCE_TREE}/controllers/multi_delete.py`,
      consequence: "s3-provider sends it.",
      async behaves(s3) {
        await s3.fill(["gone"]);
        const Delete = { Objects: [{ Key: "gone" }, { Key: "absent" }] };
        const bare = s3.client.send(new DeleteObjectsCommand({ Bucket: s3.bucket, Delete }));
        await expect(bare).rejects.toMatchObject({ name: "InvalidRequest" });
        const body =
          "<Delete><Object><Key>gone</Key></Object><Object><Key>absent</Key></Object></Delete>";
        const headers = { "content-md5": createHash("md5").update(body).digest("base64") };
        const post = { method: "POST", path: s3.path(), query: "delete=", headers, body };
        const { status, text } = await s3.send(post);
        expect(status).toBe(200);
        expect(text).toContain("<Deleted><Key>gone</Key></Deleted>");
        expect(text).toContain("<Deleted><Key>absent</Key></Deleted>");
        expect(await s3.keys()).toEqual([]);
      },
    },
    {
      checks: [
        "a deletion of many reports each failure among the successes",
        "what is new has no versions, no policy and no tags",
      ],
      what: "has no bucket policies, with which the first check protects an object and for which the second asks",
      source: OPERATIONS,
      consequence:
        "Give the module an account of its own: everything in it can be read and written with its key.",
      async behaves({ bucket, client }) {
        const put = new PutBucketPolicyCommand({ Bucket: bucket, Policy: "{}" });
        await expect(client.send(put)).rejects.toMatchObject(NOT_IMPLEMENTED);
      },
    },
    {
      checks: ["a multipart upload is listed with the others under way, in pages"],
      what: "names no marker after a page of one upload",
      source: `${SOURCE_TREE}/controllers/multi_upload.py`,
      consequence: "None: s3-provider asks for pages of 1,000.",
      async behaves(s3) {
        for (const key of ["up/a", "up/b", "up/c"]) await Upload.create(s3, key);
        const page = (input: object) =>
          s3.client.send(new ListMultipartUploadsCommand({ Bucket: s3.bucket, ...input }));
        const one = await page({ MaxUploads: 1 });
        expect(one.IsTruncated).toBe(true);
        expect(one.NextKeyMarker ?? "").toBe("");
        const two = await page({ MaxUploads: 2 });
        const { NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = two;
        const rest = await page({ MaxUploads: 2, KeyMarker, UploadIdMarker });
        const found = [...(two.Uploads ?? []), ...(rest.Uploads ?? [])].map(({ Key }) => Key);
        expect(found).toEqual(["up/a", "up/b", "up/c"]);
      },
    },
    {
      checks: ["UploadPartCopy refuses a range beyond its source"],
      what: "copies what there is of a range that goes beyond its source",
      source: `${SOURCE_TREE}/controllers/multi_upload.py`,
      consequence: "None: the module copies no parts.",
      async behaves(s3) {
        await s3.put("source", "short");
        const upload = await Upload.create(s3, "copied");
        const { CopyPartResult } = await s3.client.send(
          new UploadPartCopyCommand({
            ...upload.target,
            PartNumber: 1,
            CopySource: `${s3.bucket}/source`,
            CopySourceRange: "bytes=0-99",
          }),
        );
        await upload.complete([{ ETag: CopyPartResult?.ETag, PartNumber: 1 }]);
        expect(await s3.get("copied")).toMatchObject({ text: "short" });
      },
    },
    {
      checks: ["ListObjectsV2 gives no more than 1,000 keys a page"],
      what: "repeats the MaxKeys that it was asked for, although it gives 1,000 keys",
      source: `${SOURCE_TREE}/controllers/bucket.py`,
      consequence: "None: the module goes by the continuation token.",
      async behaves({ bucket: Bucket, client }) {
        const page = await client.send(new ListObjectsV2Command({ Bucket, MaxKeys: 5000 }));
        expect(page.MaxKeys).toBe(5000);
      },
    },
    {
      checks: ["GetObject of a missing key is NoSuchKey"],
      what: "sends the end of a chunked body after a HEAD that fails, where HTTP has none",
      source: "https://github.com/eventlet/eventlet/pull/747",
      consequence:
        "Node closes the connection: each HeadObject of a missing key costs a new one, nothing else.",
      async behaves(s3) {
        const socket = await beginRequest(s3.server, { method: "HEAD", path: s3.path("missing") });
        socket.setEncoding("latin1");
        let reply = "";
        for await (const text of socket as AsyncIterable<string>) {
          reply += text;
          if (reply.endsWith("\r\n\r\n0\r\n\r\n")) break;
        }
        expect(reply).toMatch(/^HTTP\/1\.1 404 [^]*\r\n\r\n0\r\n\r\n$/);
        expect(await s3.get("missing")).toMatchObject({ status: 404, code: "NoSuchKey" });
      },
    },
    {
      checks: [
        "a request is refused for an unknown access key",
        "a presigned URL is refused when it is signed with another secret or for an unknown key",
      ],
      what: "names an unknown access key SignatureDoesNotMatch",
      source: `${SOURCE_TREE}/s3request.py`,
      consequence: "None: the request is refused.",
      async behaves(s3) {
        await s3.put("shared", "shared");
        const request = { method: "GET", path: s3.path("shared") };
        const unknown = { accessKeyId: "UNKNOWN" };
        const refused = { status: 403, code: "SignatureDoesNotMatch" };
        expect(await s3.send(request, unknown)).toMatchObject(refused);
        const query = presign(s3.server, request, unknown);
        expect(await sendRaw(s3.server, { ...request, query })).toMatchObject(refused);
      },
    },
    {
      checks: ["a request is refused when it is not signed"],
      what: "answers 400 to a request without a signature",
      source: `${SOURCE_TREE}/s3api.py`,
      consequence: "None: the request is refused.",
      async behaves(s3) {
        await s3.put("secret", "secret");
        for (const method of ["GET", "PUT", "DELETE"]) {
          const reply = await sendRaw(s3.server, { method, path: s3.path("secret") });
          expect(reply.status).toBe(400);
          expect(reply.text).not.toContain("secret");
        }
        expect(await s3.get("secret")).toMatchObject({ text: "secret" });
      },
    },
    {
      checks: ["a request is refused when its method, path, query or a signed header was changed"],
      what: "sees that an operation makes no sense before it verifies the signature",
      source: `${SOURCE_TREE}/controllers/base.py`,
      consequence: "None: the request is refused.",
      async behaves(s3) {
        await s3.put("kept", "kept");
        const request = { method: "GET", path: s3.path("kept") };
        const senseless = await s3.send(request, { sent: { query: "uploads=" } });
        expect(senseless).toMatchObject({ status: 400, code: "InvalidRequest" });
        for (const sent of [
          { method: "DELETE" },
          { path: s3.path("other") },
          { headers: { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" } },
        ]) {
          expect(await s3.send(request, { sent })).toMatchObject({
            status: 403,
            code: "SignatureDoesNotMatch",
          });
        }
        expect(await s3.keys()).toEqual(["kept"]);
      },
    },
    {
      checks: [
        "an upload by an HTML form stores the file with the headers and metadata that its policy allows",
        "an upload by an HTML form stores several megabytes with line breaks and dashes in them",
        "an upload by an HTML form answers 201 with a document when asked to",
        "an upload by an HTML form takes a file within the length range and refuses others",
        "an upload by an HTML form is refused when it is signed with another secret or its policy was changed",
        "an upload by an HTML form is refused when its policy is over",
        "an upload by an HTML form is refused for a key outside its policy",
        "an upload by an HTML form is refused with a field outside its policy",
        "an upload by an HTML form is refused without a policy",
      ],
      what: "takes no HTML forms, and answers 412",
      source: OPERATIONS,
      consequence:
        "Give `S3Provider` the option `postForms: false`: direct uploads then offer no form.",
      async behaves(s3) {
        const form = { bucket: s3.bucket, key: "form/file", content: "x" };
        expect(await postForm(s3.server, form)).toMatchObject({ status: 412 });
        expect(await s3.keys()).toEqual([]);
      },
    },
    {
      checks: [
        "a cross-origin request is configured per bucket",
        "a cross-origin request is allowed in advance, unsigned, by the rule that fits",
        "a cross-origin request is refused in advance for another origin, method or header",
        "a cross-origin request shows the page the response when it is allowed",
      ],
      what: "has no CORS rules of buckets",
      source: OPERATIONS,
      consequence:
        "Browsers upload through the application, or through a proxy in front of Swift that answers with CORS headers.",
      async behaves(s3) {
        const { bucket: Bucket, client } = s3;
        const CORSRules = [{ AllowedOrigins: ["*"], AllowedMethods: ["GET"] }];
        const CORSConfiguration = { CORSRules };
        for (const call of [
          client.send(new GetBucketCorsCommand({ Bucket })),
          client.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration })),
        ]) {
          await expect(call).rejects.toMatchObject(NOT_IMPLEMENTED);
        }
        const headers = { origin: "https://app.example", "access-control-request-method": "GET" };
        const ask = { method: "OPTIONS", path: s3.path("page.html"), headers };
        expect((await sendRaw(s3.server, ask)).status).toBe(400);
      },
    },
  ],
};
