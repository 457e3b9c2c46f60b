import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { createDatabase, databaseMigrations, Migrator } from "@repo/database";
import { type LocalS3, startLocalS3 } from "@repo/local-s3";
import { type LocalPostgres, startLocalPostgres } from "@repo/local-services";
import { objectStoreMigrations } from "@repo/object-store/migrations";
import { S3Provider, type S3ProviderOptions } from "@repo/s3-provider";
import { QueryTypes } from "sequelize";

const CREDENTIALS = { accessKeyId: "crash-proof", secretAccessKey: "crash-proof-secret" };

/** Milliseconds that whatever a dead client left on a server may take to end. */
const QUIET_TIMEOUT = 30_000;
const POLL_INTERVAL = 10;

/** A PostgreSQL and an S3 server of their own, so that one case cannot disturb another. */
export class Site {
  database: ReturnType<typeof createDatabase>;
  #postgres: LocalPostgres;
  #buckets = 0;
  #isDown = false;

  private constructor(
    private readonly folder: string,
    postgres: LocalPostgres,
    readonly s3: LocalS3,
  ) {
    this.#postgres = postgres;
    this.database = this.#connect();
  }

  static async start(folder: string): Promise<Site> {
    await mkdir(folder, { recursive: true });
    const postgres = await startLocalPostgres({ dataDir: folder, durable: false });
    const s3 = await startLocalS3({ dataDir: join(folder, "s3"), durable: false, ...CREDENTIALS });
    const site = new Site(folder, postgres, s3);
    const migrations = [...databaseMigrations, ...objectStoreMigrations()];
    await new Migrator({ database: site.database, migrations }).up();
    return site;
  }

  get databaseUrl(): string {
    return this.#postgres.url;
  }

  /** Empties the database, and gives a bucket that nothing from before can reach. */
  async clear(): Promise<S3Provider> {
    this.s3.faults.clear();
    await this.database.query(
      "TRUNCATE images, audio, object_store_journal, direct_uploads, users",
    );
    this.#buckets += 1;
    const s3 = new S3Provider(this.connectionTo(`case-${this.#buckets}`));
    await s3.ensureBucket();
    return s3;
  }

  connectionTo(bucket: string, tuning: { requestTimeoutMs?: number } = {}): S3ProviderOptions {
    const { endpoint, region } = this.s3;
    return {
      bucket,
      client: {
        endpoint,
        region,
        credentials: CREDENTIALS,
        forcePathStyle: true,
        maxAttempts: 2,
        ...tuning,
      },
    };
  }

  /** As if PostgreSQL had crashed. */
  async crashPostgres(): Promise<void> {
    this.#isDown = true;
    await this.#postgres.stop("immediate");
  }

  /** Brings PostgreSQL back where it was, if it crashed. */
  async restartIfDown(): Promise<void> {
    if (!this.#isDown) return;
    const { port } = this.#postgres;
    this.#postgres = await startLocalPostgres({ dataDir: this.folder, port, durable: false });
    this.#isDown = false;
    await this.database.close();
    this.database = this.#connect();
  }

  /** Waits until neither server works on anything for the child any more. */
  async quiet(): Promise<void> {
    const deadline = Date.now() + QUIET_TIMEOUT;
    for (let quietPolls = 0; quietPolls < 3;) {
      if (Date.now() > deadline) throw new Error("the servers still work for a dead client");
      quietPolls = (await this.#isBusy()) ? 0 : quietPolls + 1;
      await sleep(POLL_INTERVAL);
    }
  }

  async stop(): Promise<void> {
    await this.database.close();
    await this.s3.close();
    await this.#postgres.stop("immediate");
  }

  async #isBusy(): Promise<boolean> {
    const unfinished = await readdir(join(this.folder, "s3", "tmp"));
    if (unfinished.length > 0) return true;
    const [row] = await this.database.query<{ count: string }>(
      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'crash-proof child'",
      { type: QueryTypes.SELECT },
    );
    return row?.count !== "0";
  }

  #connect(): ReturnType<typeof createDatabase> {
    return createDatabase({ url: this.databaseUrl, applicationName: "crash-proof" });
  }
}
