import {
  CreateBucketCommand,
  DeleteBucketPolicyCommand,
  PutBucketPolicyCommand,
  PutBucketVersioningCommand,
  PutObjectLegalHoldCommand,
  PutObjectRetentionCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import type { ObjectVersion } from "@repo/s3-provider";

import { services } from "./services.js";

/** What an operator does with a bucket, and the module never does. */
export function sdkBucket(bucket: string) {
  const { accessKeyId, secretAccessKey, ...server } = services().s3;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ ...server, credentials, forcePathStyle: true });
  const place = { Bucket: bucket };
  const of = ({ key, versionId }: ObjectVersion) => ({ ...place, Key: key, VersionId: versionId });
  return {
    async createWithLock(): Promise<void> {
      await client.send(new CreateBucketCommand({ ...place, ObjectLockEnabledForBucket: true }));
    },
    async setVersioning(status: "Enabled" | "Suspended"): Promise<void> {
      const versioning = { VersioningConfiguration: { Status: status } };
      await client.send(new PutBucketVersioningCommand({ ...place, ...versioning }));
    },
    /** Refuses an action to everybody, the owner included. */
    async deny(action: string): Promise<void> {
      const statement = {
        Effect: "Deny",
        Principal: "*",
        Action: action,
        Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`],
      };
      const policy = { Version: "2012-10-17", Statement: [statement] };
      await client.send(new PutBucketPolicyCommand({ ...place, Policy: JSON.stringify(policy) }));
    },
    async allowAll(): Promise<void> {
      await client.send(new DeleteBucketPolicyCommand(place));
    },
    async retain(version: ObjectVersion, until: Date): Promise<void> {
      const Retention = { Mode: "GOVERNANCE", RetainUntilDate: until } as const;
      await client.send(new PutObjectRetentionCommand({ ...of(version), Retention }));
    },
    async hold(version: ObjectVersion, status: "ON" | "OFF"): Promise<void> {
      const LegalHold = { Status: status };
      await client.send(new PutObjectLegalHoldCommand({ ...of(version), LegalHold }));
    },
    close(): void {
      client.destroy();
    },
  };
}
