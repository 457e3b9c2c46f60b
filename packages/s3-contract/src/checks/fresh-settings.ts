import {
  CreateMultipartUploadCommand,
  GetBucketAclCommand,
  GetBucketPolicyCommand,
  GetBucketVersioningCommand,
  GetObjectAclCommand,
  GetObjectTaggingCommand,
  type Grant,
  type ObjectCannedACL,
  type Owner,
  PutObjectCommand,
} from "@aws-sdk/client-s3";
import { expect } from "expect";

import { type CheckGroup, SDK_DIALECTS } from "../check.js";

function expectPrivate({ Owner: owner, Grants }: { Owner?: Owner; Grants?: Grant[] }): void {
  expect(owner?.ID).toEqual(expect.any(String));
  expect(Grants).toMatchObject([
    { Grantee: { Type: "CanonicalUser", ID: owner?.ID }, Permission: "FULL_CONTROL" },
  ]);
}

export const freshSettings: CheckGroup = {
  name: "what is new",
  dialects: SDK_DIALECTS,
  checks: {
    async "has no versions, no policy and no tags"(s3) {
      const { client, bucket: Bucket } = s3;
      await s3.fill(["key"]);
      const versioning = await client.send(new GetBucketVersioningCommand({ Bucket }));
      expect(versioning.Status).toBeUndefined();
      await expect(client.send(new GetBucketPolicyCommand({ Bucket }))).rejects.toMatchObject({
        name: "NoSuchBucketPolicy",
        $metadata: { httpStatusCode: 404 },
      });
      const tags = (Key: string) => client.send(new GetObjectTaggingCommand({ Bucket, Key }));
      expect((await tags("key")).TagSet).toEqual([]);
      await expect(tags("missing")).rejects.toMatchObject({ name: "NoSuchKey" });
    },

    async "is its owner's alone"(s3) {
      const { client, bucket: Bucket } = s3;
      await s3.fill(["key"]);
      expectPrivate(await client.send(new GetBucketAclCommand({ Bucket })));
      const acl = (Key: string) => client.send(new GetObjectAclCommand({ Bucket, Key }));
      expectPrivate(await acl("key"));
      await expect(acl("missing")).rejects.toMatchObject({ name: "NoSuchKey" });
    },

    async "may be said to be its owner's alone"({ client, bucket: Bucket }) {
      for (const ACL of ["private", "bucket-owner-full-control"] satisfies ObjectCannedACL[]) {
        const target = { Bucket, Key: ACL, ACL };
        await client.send(new PutObjectCommand({ ...target, Body: "x" }));
        expectPrivate(await client.send(new GetObjectAclCommand({ Bucket, Key: ACL })));
        const upload = await client.send(new CreateMultipartUploadCommand(target));
        expect(upload.UploadId).toEqual(expect.any(String));
      }
    },
  },
};
