import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createDatabase, databaseMigrations, Migrator } from "@repo/database";
import { type LocalServices, startLocalServices } from "@repo/local-services";
import { objectStoreMigrations } from "@repo/object-store/migrations";
import { S3Provider } from "@repo/s3-provider";
import { v7 as uuidv7 } from "uuid";

import type { Job } from "../messages.js";

const BUCKET = "media";

/** A PostgreSQL and an S3 server with fresh data, and what looks at them past the module. */
export class Site {
  private constructor(
    private readonly folder: string,
    private readonly services: LocalServices,
    readonly job: Job,
    readonly database: ReturnType<typeof createDatabase>,
    readonly s3: S3Provider,
  ) {}

  static async start(): Promise<Site> {
    const folder = await mkdtemp(join(tmpdir(), "hostile-clients-"));
    const services = await startLocalServices({ dataDir: join(folder, "data"), durable: false });
    const { accessKeyId, secretAccessKey, endpoint, region } = services.s3;
    const client = {
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: true,
    };
    const { databaseUrl } = services;
    const uploads = join(folder, "uploads");
    await mkdir(uploads);
    const database = createDatabase({ url: databaseUrl });
    const s3 = new S3Provider({ bucket: BUCKET, client });
    const userId = uuidv7();
    const job = { databaseUrl, bucket: BUCKET, s3: client, userId, folder: uploads };
    const site = new Site(folder, services, job, database, s3);
    try {
      await s3.ensureBucket();
      const migrations = [...databaseMigrations, ...objectStoreMigrations()];
      await new Migrator({ database, migrations }).up();
      await database.query(
        `INSERT INTO users (id, email, created_at, updated_at)
         VALUES ('${userId}', 'user@example.com', now(), now())`,
      );
    } catch (error) {
      await site.stop();
      throw error;
    }
    return site;
  }

  /** Names of multer's files that are still there. */
  temporaryFiles(): Promise<string[]> {
    return readdir(this.job.folder);
  }

  async stop(): Promise<void> {
    this.s3.destroy();
    await this.database.close();
    await this.services.stop();
    await rm(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
