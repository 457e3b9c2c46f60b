import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { DeleteBucketPolicyCommand, PutBucketPolicyCommand } from "@aws-sdk/client-s3";
import { describe, it } from "@jest/globals";

import {
  ceph,
  HTTP_DIALECT,
  type KnownServer,
  registerContract,
  SDK_DIALECTS,
  swift,
} from "../../src/index.js";

const KNOWN: Readonly<Record<string, KnownServer>> = { ceph, swift };

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "")
    throw new Error(`${name} is not set; see docs/s3-servers.md`);
  return value;
}

const server = {
  endpoint: required("TEST_S3_ENDPOINT"),
  region: process.env["TEST_S3_REGION"] ?? "us-east-1",
  accessKeyId: required("TEST_S3_ACCESS_KEY_ID"),
  secretAccessKey: required("TEST_S3_SECRET_ACCESS_KEY"),
};
const known = KNOWN[required("TEST_S3_SERVER")];
if (known === undefined) {
  throw new Error(`TEST_S3_SERVER must be one of ${Object.keys(KNOWN).join(", ")}`);
}
const restartCommand = required("TEST_S3_RESTART_COMMAND");

registerContract({
  runner: { describe, it },
  target: {
    name: known.name,
    server: () => server,
    async restart() {
      await promisify(execFile)("/bin/sh", ["-c", restartCommand]);
    },
    async protect(client, bucket, key) {
      const Statement = [
        {
          Effect: "Deny",
          Principal: "*",
          Action: "s3:DeleteObject",
          Resource: `arn:aws:s3:::${bucket}/${key}`,
        },
      ];
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
      await client.send(new PutBucketPolicyCommand({ Bucket: bucket, Policy }));
      return async () => {
        await client.send(new DeleteBucketPolicyCommand({ Bucket: bucket }));
      };
    },
  },
  dialects: [...SDK_DIALECTS, ...HTTP_DIALECT],
  differences: known.differences,
});
