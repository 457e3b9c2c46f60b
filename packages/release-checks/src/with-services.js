// Runs a command with a PostgreSQL and an S3 server of its own on loopback, and ends them with it:
//
//   node src/with-services.js <command> [arguments…]
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startLocalServices } from "@repo/local-services";

const [command = "true", ...args] = process.argv.slice(2);
const dataDir = await mkdtemp(join(tmpdir(), "with-services-"));
try {
  const services = await startLocalServices({ dataDir, durable: false });
  const { endpoint, region, bucket, accessKeyId, secretAccessKey } = services.s3;
  const settings = [
    `DATABASE_URL=${services.databaseUrl}`,
    `S3_ENDPOINT=${endpoint}`,
    `S3_REGION=${region}`,
    `S3_BUCKET=${bucket}`,
    `S3_ACCESS_KEY_ID=${accessKeyId}`,
    `S3_SECRET_ACCESS_KEY=${secretAccessKey}`,
  ];
  const running = spawn("env", [...settings, command, ...args], { stdio: "inherit" });
  const [code] = await once(running, "exit").finally(() => services.stop());
  process.exitCode = code ?? 1;
} finally {
  await rm(dataDir, { recursive: true, force: true });
}
