export interface LocalS3Options {
  /** Folder that holds the objects; created when absent, survives restarts. One server per folder. */
  dataDir: string;
  /** TCP port; 0 (default) takes a free one. */
  port?: number;
  /** Address to listen on; 127.0.0.1 by default. */
  host?: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Makes the keys temporary credentials, which are worth nothing without it; none by default. */
  sessionToken?: string;
  /** The region that signatures must name; us-east-1 by default. */
  region?: string;
  /** Buckets created at start when absent. */
  buckets?: readonly string[];
  /**
   * Whether a write is flushed to the disk before it is acknowledged; true by default. Without it a
   * write still survives the death of the process, but not a power failure.
   */
  durable?: boolean;
  /** Milliseconds without a byte on a connection before it is cut; 60,000 by default. */
  idleTimeoutMs?: number;
  /** Connections served at once; further ones are dropped. 512 by default. */
  maxConnections?: number;
  /** Receives the cause of every InternalError that a client saw; by default it goes to stderr. */
  onError?: (error: unknown) => void;
}

export type Settings = Required<Omit<LocalS3Options, "sessionToken">> &
  Pick<LocalS3Options, "sessionToken">;

/** @throws {TypeError} when an option is missing or out of range */
export function readSettings(options: LocalS3Options): Settings {
  const settings: Settings = {
    port: 0,
    host: "127.0.0.1",
    region: "us-east-1",
    buckets: [],
    durable: true,
    idleTimeoutMs: 60_000,
    maxConnections: 512,
    onError: (error) => {
      console.error("local-s3:", error);
    },
    ...withoutUndefined(options),
  };
  for (const name of ["dataDir", "host", "accessKeyId", "secretAccessKey", "region"] as const) {
    if (settings[name] === "") throw new TypeError(`${name} must not be empty`);
  }
  if (/[\s/,=]/.test(settings.accessKeyId)) {
    throw new TypeError(
      "accessKeyId must not contain white space, slashes, commas or equals signs",
    );
  }
  requireInteger("port", settings.port, 0, 65_535);
  requireInteger("idleTimeoutMs", settings.idleTimeoutMs, 1, 2 ** 31 - 1);
  requireInteger("maxConnections", settings.maxConnections, 1, 2 ** 31 - 1);
  return settings;
}

/** An option that is undefined has its default, the same as one that is absent. */
function withoutUndefined(options: LocalS3Options): LocalS3Options {
  const given = Object.entries(options).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as unknown as LocalS3Options;
}

function requireInteger(name: string, value: number, minimum: number, maximum: number): void {
  if (!Number.isInteger(value) || value < minimum || value > maximum) {
    throw new TypeError(`${name} must be an integer from ${minimum} to ${maximum}`);
  }
}
