import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

import { createDatabase } from "@repo/database";
import { type LocalS3, startLocalS3 } from "@repo/local-s3";
import { type LocalPostgres, startLocalPostgres } from "@repo/local-services";
import { findPgBouncer, type PgBouncer, startPgBouncer } from "@repo/postgres-setups";
import { S3Provider, type S3ProviderOptions } from "@repo/s3-provider";
import { QueryTypes } from "sequelize";

import { CHILD, POOLED_CHILD } from "../application-names.js";
import { migratorOf } from "./migrator.js";

const CREDENTIALS = { accessKeyId: "crash-proof", secretAccessKey: "crash-proof-secret" };

/** Milliseconds that whatever a dead client left on a server may take to end. */
const QUIET_TIMEOUT = 30_000;
const POLL_INTERVAL = 10;

/** Tables of an application that refer to files. */
const REFERENCES = [
  { table: "covers", rule: "RESTRICT" },
  { table: "previews", rule: "CASCADE" },
] as const;

/** A PostgreSQL, a pooler and an S3 server of their own, so that one case cannot disturb another. */
export class Site {
  database: ReturnType<typeof createDatabase>;
  #postgres: LocalPostgres;
  #buckets = 0;
  #isDown = false;

  private constructor(
    private readonly folder: string,
    postgres: LocalPostgres,
    readonly s3: LocalS3,
    private readonly pooler: PgBouncer | undefined,
  ) {
    this.#postgres = postgres;
    this.database = this.#connect();
  }

  static async start(folder: string): Promise<Site> {
    await mkdir(folder, { recursive: true });
    const postgres = await startLocalPostgres({ dataDir: folder, durable: false });
    const s3 = await startLocalS3({ dataDir: join(folder, "s3"), durable: false, ...CREDENTIALS });
    const pooler = Site.hasPooler ? await startPgBouncer(postgres.url) : undefined;
    const site = new Site(folder, postgres, s3, pooler);
    await migratorOf(site.database).up();
    for (const { table, rule } of REFERENCES) {
      await site.database.query(
        `CREATE TABLE ${table} (
           image_id uuid REFERENCES images ON DELETE ${rule},
           audio_id uuid REFERENCES audio ON DELETE ${rule}
         )`,
      );
    }
    return site;
  }

  /** Whether this machine has a pooler. */
  static get hasPooler(): boolean {
    return findPgBouncer() !== undefined;
  }

  /** PostgreSQL's address behind the pooler. */
  get poolerUrl(): string {
    if (this.pooler === undefined) throw new Error("pgbouncer is not installed");
    return this.pooler.url;
  }

  get databaseUrl(): string {
    return this.#postgres.url;
  }

  /** Empties the database, and gives a bucket that nothing from before can reach. */
  async clear(): Promise<S3Provider> {
    this.s3.faults.clear();
    const files = [
      "images",
      "audio",
      "media_variants",
      "media_variant_failures",
      "media_usage",
      "media_events",
      "media_grants",
    ];
    const tables = [...files, "object_store_journal", "direct_uploads", "users"];
    const referring = REFERENCES.map(({ table }) => table);
    await this.database.query(`TRUNCATE ${[...tables, ...referring].join(", ")}`);
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

  /**
   * Waits until neither server works on anything for the child any more.
   *
   * @param others requests with a body that somebody else has begun
   */
  async quiet(others = 0): Promise<void> {
    const deadline = Date.now() + QUIET_TIMEOUT;
    for (let quietPolls = 0; quietPolls < 3;) {
      if (Date.now() > deadline) throw new Error("the servers still work for a dead client");
      quietPolls = (await this.#isBusy(others)) ? 0 : quietPolls + 1;
      await sleep(POLL_INTERVAL);
    }
  }

  async stop(): Promise<void> {
    await this.database.close();
    await this.s3.close();
    await this.pooler?.close();
    await this.#postgres.stop("immediate");
  }

  async #isBusy(others: number): Promise<boolean> {
    const unfinished = await readdir(join(this.folder, "s3", "tmp"));
    if (unfinished.length > others) return true;
    const [row] = await this.database.query<{ count: string }>(
      `SELECT count(*) FROM pg_stat_activity
       WHERE application_name = '${CHILD}'
         OR (application_name = '${POOLED_CHILD}' AND state <> 'idle')`,
      { type: QueryTypes.SELECT },
    );
    return row?.count !== "0";
  }

  #connect(): ReturnType<typeof createDatabase> {
    return createDatabase({ url: this.databaseUrl, applicationName: "crash-proof" });
  }
}
