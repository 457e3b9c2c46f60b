import { UsageError } from "@repo/command-line/usage-error";

/** Which PostgreSQL and S3 the run works with: started here, or the caller's. */
export type Configuration = { kind: "embedded" } | ExternalConfiguration;

export interface ExternalConfiguration {
  kind: "external";
  databaseUrl: string;
  s3: S3Configuration;
}

export interface S3Configuration {
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Whether the bucket is in the path of a URL rather than in its host name. */
  forcePathStyle: boolean;
}

type Environment = Readonly<Record<string, string | undefined>>;

const REQUIRED = [
  "DATABASE_URL",
  "S3_ENDPOINT",
  "S3_BUCKET",
  "S3_ACCESS_KEY_ID",
  "S3_SECRET_ACCESS_KEY",
] as const;
const OPTIONAL = ["S3_REGION", "S3_FORCE_PATH_STYLE"] as const;

/**
 * Both services are embedded, or both are the caller's: rows in one place and objects in another
 * that comes and goes would not stay consistent. An empty variable counts as not set.
 *
 * @throws UsageError naming the variables that are missing or wrong, never their values
 */
export function readConfiguration(environment: Environment): Configuration {
  const present = [...REQUIRED, ...OPTIONAL].filter((name) => isSet(environment[name]));
  if (present.length === 0) return { kind: "embedded" };

  const missing = REQUIRED.filter((name) => !isSet(environment[name]));
  if (missing.length > 0) {
    throw new UsageError(
      `${present.join(", ")} ${present.length === 1 ? "is" : "are"} set, but ` +
        `${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} not. Set all of them to use ` +
        "your own PostgreSQL and S3, or none to use the embedded ones.",
    );
  }
  const required = (name: (typeof REQUIRED)[number]): string => environment[name] ?? "";
  return {
    kind: "external",
    databaseUrl: url("DATABASE_URL", required("DATABASE_URL"), ["postgres:", "postgresql:"]),
    s3: {
      endpoint: url("S3_ENDPOINT", required("S3_ENDPOINT"), ["http:", "https:"]),
      region: environment["S3_REGION"] || "us-east-1",
      bucket: required("S3_BUCKET"),
      accessKeyId: required("S3_ACCESS_KEY_ID"),
      secretAccessKey: required("S3_SECRET_ACCESS_KEY"),
      forcePathStyle: flag("S3_FORCE_PATH_STYLE", environment["S3_FORCE_PATH_STYLE"], true),
    },
  };
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== "";
}

function url(name: string, value: string, protocols: readonly string[]): string {
  if (!URL.canParse(value) || !protocols.includes(new URL(value).protocol)) {
    const forms = protocols.map((protocol) => `${protocol}//`).join(" or ");
    throw new UsageError(`${name} must be a URL that begins with ${forms}.`);
  }
  return value;
}

function flag(name: string, value: string | undefined, fallback: boolean): boolean {
  if (!isSet(value)) return fallback;
  if (value === "true" || value === "1") return true;
  if (value === "false" || value === "0") return false;
  throw new UsageError(`${name} must be true or false.`);
}
