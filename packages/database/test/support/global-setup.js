import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startLocalPostgres } from "@repo/local-services";

/** One PostgreSQL for the whole run; each test file makes a database of its own in it. */
export default async function setUp() {
  const dataDir = await mkdtemp(join(tmpdir(), "database-tests-"));
  const postgres = await startLocalPostgres({ dataDir, durable: false });
  globalThis.testPostgres = { postgres, dataDir };
  process.env.TEST_POSTGRES_URL = postgres.url;
}
