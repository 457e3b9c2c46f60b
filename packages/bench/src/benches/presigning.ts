import assert from "node:assert/strict";

import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { S3Provider } from "@repo/s3-provider";

import type { Bench, Variant } from "../bench.js";

const BUCKET = "bench";
const CONNECTION = {
  endpoint: "http://127.0.0.1:9000",
  region: "us-east-1",
  credentials: { accessKeyId: "bench", secretAccessKey: "bench-secret" },
  forcePathStyle: true,
} as const;
const TYPE = "image/jpeg";
const DISPOSITION = `inline; filename="holiday.jpg"`;
const EXPIRES_IN = 900;

type Sign = (key: string) => Promise<string>;

export const presigning: Bench = {
  name: "presigning",
  summary: "Presigned GETs in a second, each for another key, against getSignedUrl.",
  cases: [
    {
      name: "GET",
      needs: [],
      variants: {
        ours: variant(ours, 50_000),
        getSignedUrl: variant(sdk, 2_000),
      },
      comparisons: [
        {
          metric: "signaturesPerSecond",
          against: "getSignedUrl",
          goal: { of: "ratio", atLeast: 20 },
        },
      ],
    },
  ],
};

function ours(): Sign {
  const s3 = new S3Provider({ bucket: BUCKET, client: CONNECTION });
  const options = {
    expiresIn: EXPIRES_IN,
    responseContentType: TYPE,
    responseContentDisposition: DISPOSITION,
  };
  return async (key) => (await s3.presignGet(key, options)).url;
}

function sdk(): Sign {
  const client = new S3Client({ ...CONNECTION, responseChecksumValidation: "WHEN_REQUIRED" });
  return (key) => {
    const command = new GetObjectCommand({
      Bucket: BUCKET,
      Key: key,
      ResponseContentType: TYPE,
      ResponseContentDisposition: DISPOSITION,
    });
    return getSignedUrl(client, command, { expiresIn: EXPIRES_IN });
  };
}

function variant(make: () => Sign, count: number): Variant {
  return {
    async start() {
      const sign = make();
      const signAll = async (name: string): Promise<void> => {
        for (let number = 0; number < count; number += 1) {
          await sign(`images/users/00000000-0000-7000-8000-000000000001/${name}${number}.jpg`);
        }
      };
      await signAll("warm-up-");
      return {
        async run() {
          const start = performance.now();
          await signAll("");
          return { signaturesPerSecond: (1000 * count) / (performance.now() - start) };
        },
        async check() {
          // The test of s3-provider shows that both give the same bytes; here, that both sign.
          const { searchParams } = new URL(await sign("key"));
          assert.match(searchParams.get("X-Amz-Signature") ?? "", /^[0-9a-f]{64}$/);
          assert.equal(searchParams.get("response-content-type"), TYPE);
        },
        close: () => Promise.resolve(),
      };
    },
  };
}
