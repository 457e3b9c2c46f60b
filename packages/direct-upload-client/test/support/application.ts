import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";

import { PutBucketCorsCommand, S3Client } from "@aws-sdk/client-s3";
import { type LocalS3, startLocalS3 } from "@repo/local-s3";
import type { AudioCollection } from "@repo/object-store";
import { memoryObjectStore } from "@repo/object-store/testing";
import { S3Provider } from "@repo/s3-provider";
import { sizedMedia } from "@repo/sample-media";

const BUCKET = "media";
const DOCUMENT = new URL("../../../../docs/direct-uploads.md", import.meta.url);

/** An application whose files are in local-s3. */
export interface Application {
  audio: AudioCollection;
  faults: LocalS3["faults"];
  /** A sound that is sent in one piece. */
  small: Uint8Array<ArrayBuffer>;
  /** A sound of three parts. */
  large: Uint8Array<ArrayBuffer>;
  /** Lets the pages of an origin send to the bucket, as the documentation has it. */
  allow(origin: string): Promise<void>;
  close(): Promise<void>;
}

export async function startApplication(): Promise<Application> {
  const dataDir = await mkdtemp(join(tmpdir(), "direct-upload-client-"));
  const server = await startLocalS3({
    dataDir,
    accessKeyId: "test",
    secretAccessKey: "test-secret",
    buckets: [BUCKET],
    durable: false,
  });
  const { endpoint, region, accessKeyId, secretAccessKey, faults } = server;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const s3 = new S3Provider({ bucket: BUCKET, client });
  const { store } = memoryObjectStore({ s3 });
  return {
    audio: store.forUser("0190f5a0-0000-7000-8000-000000000001").audio,
    faults,
    small: Uint8Array.from(await buffer(sizedMedia("wav", 300_000))),
    large: Uint8Array.from(await buffer(sizedMedia("wav", 17 * 1024 * 1024))),
    async allow(origin) {
      const CORSConfiguration = await documentedRules(origin);
      await client.send(new PutBucketCorsCommand({ Bucket: BUCKET, CORSConfiguration }));
    },
    async close() {
      await store.close();
      client.destroy();
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

type Rules = ConstructorParameters<typeof PutBucketCorsCommand>[0]["CORSConfiguration"];

async function documentedRules(origin: string): Promise<Rules> {
  const text = await readFile(DOCUMENT, "utf8");
  const [, json = ""] = /^```json\n(\{\s+"CORSRules"[^]*?)^```$/m.exec(text) ?? [];
  return JSON.parse(json.replace("https://app.example.com", origin)) as Rules;
}
