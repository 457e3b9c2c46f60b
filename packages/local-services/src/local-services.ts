import { join, resolve } from "node:path";

import { type LocalS3, type LocalS3Options, startLocalS3 } from "@repo/local-s3";

import { PortInUseError } from "./errors.js";
import { startLocalPostgres } from "./local-postgres.js";
import { ensureS3Credentials } from "./s3-credentials.js";

export interface LocalServicesOptions {
  /** Where both keep their data; made if missing. */
  readonly dataDir: string;
  /** Made if missing; default "local". */
  readonly bucket?: string;
  /** TCP port on 127.0.0.1; 0, the default, takes a free one. */
  readonly postgresPort?: number;
  /** TCP port on 127.0.0.1; 0, the default, takes a free one. */
  readonly s3Port?: number;
  /** Whether what was written survives a crash of the machine; default true. */
  readonly durable?: boolean;
}

export interface LocalServices {
  readonly databaseUrl: string;
  readonly s3: {
    readonly endpoint: string;
    readonly region: string;
    readonly bucket: string;
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly forcePathStyle: true;
  };
  /** Idempotent. */
  stop(): Promise<void>;
}

/**
 * Start PostgreSQL and an S3 server on `dataDir`, both on 127.0.0.1. What they stored, and the
 * credentials, outlive a stop.
 *
 * @throws as startLocalPostgres
 */
export async function startLocalServices(options: LocalServicesOptions): Promise<LocalServices> {
  const { bucket = "local", postgresPort = 0, s3Port = 0, durable = true } = options;
  const dataDir = resolve(options.dataDir);
  // First: PostgreSQL's own lock keeps a second process from the S3 server's data as well.
  const postgres = await startLocalPostgres({ dataDir, port: postgresPort, durable });
  try {
    const credentials = await ensureS3Credentials(join(dataDir, "s3-credentials.json"));
    const s3 = await startS3({
      dataDir: join(dataDir, "s3"),
      port: s3Port,
      buckets: [bucket],
      durable,
      ...credentials,
    });
    const stopBoth = async (): Promise<void> => {
      try {
        await s3.close();
      } finally {
        await postgres.stop();
      }
    };
    let stopped: Promise<void> | undefined;
    return {
      databaseUrl: postgres.url,
      s3: {
        endpoint: s3.endpoint,
        region: s3.region,
        bucket,
        ...credentials,
        forcePathStyle: true,
      },
      stop: () => (stopped ??= stopBoth()),
    };
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

async function startS3(options: LocalS3Options & { port: number }): Promise<LocalS3> {
  try {
    return await startLocalS3(options);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
      throw new PortInUseError(options.port, { cause: error });
    }
    throw error;
  }
}
