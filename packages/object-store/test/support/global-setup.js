import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startLocalS3 } from "@repo/local-s3";
import { startLocalPostgres } from "@repo/local-services";
import { startPgBouncer } from "@repo/postgres-setups";

import { makeTemplate } from "./make-template.js";

/**
 * One PostgreSQL and one S3 server for the whole run. Each test file takes a database of its own,
 * copied from a migrated template, and a bucket of its own. `TEST_S3_ENDPOINT`,
 * `TEST_S3_ACCESS_KEY_ID` and `TEST_S3_SECRET_ACCESS_KEY` name another S3 server to test against,
 * and `TEST_S3_SERVER` its kind.
 * With `TEST_POOLER=transaction`, a PgBouncer in that mode is in front of PostgreSQL.
 */
export default async function globalSetup() {
  const dataDir = await mkdtemp(join(tmpdir(), "object-store-test-"));
  const postgres = await startLocalPostgres({ dataDir: join(dataDir, "postgres"), durable: false });
  const pooler =
    process.env["TEST_POOLER"] === "transaction" ? await startPgBouncer(postgres.url) : undefined;
  const s3 = await startS3(join(dataDir, "s3"));

  process.env["OBJECT_STORE_TEST_SERVICES"] = JSON.stringify({
    postgres: await makeTemplate(postgres.url, pooler?.url),
    s3: {
      endpoint: s3.endpoint,
      region: s3.region,
      accessKeyId: s3.accessKeyId,
      secretAccessKey: s3.secretAccessKey,
      ...(process.env["TEST_S3_SERVER"] === "swift" && { postForms: false }),
    },
  });
  globalThis.stopTestServices = async () => {
    await s3.close();
    await pooler?.close();
    await postgres.stop("immediate");
    await rm(dataDir, { recursive: true, force: true });
  };
}

async function startS3(dataDir) {
  const endpoint = process.env["TEST_S3_ENDPOINT"];
  if (endpoint === undefined) {
    return startLocalS3({
      dataDir,
      accessKeyId: "object-store-test",
      secretAccessKey: "object-store-test-secret",
      durable: false,
    });
  }
  console.log(
    `\nS3 is ${endpoint}; tests that stop or break their S3 start a local-s3 of their own.`,
  );
  return {
    endpoint,
    region: process.env["TEST_S3_REGION"] ?? "us-east-1",
    accessKeyId: process.env["TEST_S3_ACCESS_KEY_ID"],
    secretAccessKey: process.env["TEST_S3_SECRET_ACCESS_KEY"],
    close: () => Promise.resolve(),
  };
}
