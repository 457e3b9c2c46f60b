import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, afterEach, beforeAll } from "@jest/globals";
import { type LocalS3, startLocalS3 } from "@repo/local-s3";

import { type Harness, openHarness } from "./harness.js";

const CREDENTIALS = { accessKeyId: "faulty", secretAccessKey: "faulty-secret" };

/** The module over an S3 server of its own for the tests of a file: one that can be made to fail. */
export function faultyS3() {
  let folder: string;
  let server: LocalS3;
  let harness: Harness;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "object-store-faulty-"));
    server = await startLocalS3({ dataDir: join(folder, "s3"), durable: false, ...CREDENTIALS });
    const { endpoint, region } = server;
    harness = await openHarness({}, { s3: { endpoint, region, ...CREDENTIALS } });
  });
  afterEach(() => {
    server.faults.clear();
  });
  afterAll(async () => {
    await harness.close();
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  return { harness: () => harness, faults: () => server.faults };
}
