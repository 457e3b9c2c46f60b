import {
  CreateBucketCommand,
  DeleteBucketCommand,
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutBucketLifecycleConfigurationCommand,
} from "@aws-sdk/client-s3";
import { expect } from "expect";

import { type CheckGroup, SDK_DIALECTS } from "../check.js";

export const buckets: CheckGroup = {
  name: "a bucket",
  dialects: SDK_DIALECTS,
  checks: {
    async "is found once it was created, and listed"({ client, bucket }) {
      const head = await client.send(new HeadBucketCommand({ Bucket: bucket }));
      expect(head.$metadata.httpStatusCode).toBe(200);
      const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
      expect(Buckets.map(({ Name }) => Name)).toContain(bucket);
    },

    async "that is missing is NotFound and NoSuchBucket"({ client, bucket }) {
      const Bucket = `${bucket}-no`;
      const head = client.send(new HeadBucketCommand({ Bucket }));
      await expect(head).rejects.toMatchObject({ name: "NotFound" });
      const missing = { name: "NoSuchBucket", $metadata: { httpStatusCode: 404 } };
      const list = client.send(new ListObjectsV2Command({ Bucket }));
      await expect(list).rejects.toMatchObject(missing);
      const get = client.send(new GetObjectCommand({ Bucket, Key: "a" }));
      await expect(get).rejects.toMatchObject(missing);
      const remove = client.send(new DeleteBucketCommand({ Bucket }));
      await expect(remove).rejects.toMatchObject(missing);
    },

    // S3 answers 200 in us-east-1, and 409 elsewhere.
    async "that is created again keeps its objects"(s3) {
      await s3.fill(["kept"]);
      const create = new CreateBucketCommand({ Bucket: s3.bucket });
      const outcome = await s3.client.send(create).then(
        () => "created",
        (error: unknown) => (error as Error).name,
      );
      expect(["created", "BucketAlreadyOwnedByYou"]).toContain(outcome);
      expect(await s3.keys()).toEqual(["kept"]);
    },

    async "is not deleted with objects in it"(s3) {
      await s3.fill(["kept"]);
      const command = new DeleteBucketCommand({ Bucket: s3.bucket });
      await expect(s3.client.send(command)).rejects.toMatchObject({
        name: "BucketNotEmpty",
        $metadata: { httpStatusCode: 409 },
      });
      expect(await s3.keys()).toEqual(["kept"]);
    },

    async "accepts a lifecycle rule that aborts abandoned uploads"({ client, bucket }) {
      const rule = {
        ID: "abandoned uploads",
        Status: "Enabled" as const,
        Filter: { Prefix: "" },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
      };
      await client.send(
        new PutBucketLifecycleConfigurationCommand({
          Bucket: bucket,
          LifecycleConfiguration: { Rules: [rule] },
        }),
      );
      const { Rules } = await client.send(
        new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }),
      );
      expect(Rules).toMatchObject([
        { Status: "Enabled", AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } },
      ]);
    },
  },
};
