import { UsageError } from "@repo/command-line/usage-error";
import type { S3ConnectionOptions, S3ProviderOptions, S3RequestOptions } from "@repo/s3-provider";
import { HttpsProxyAgent } from "https-proxy-agent";

type Environment = Readonly<Record<string, string | undefined>>;

/** @throws UsageError naming the variable that is missing or wrong, never its value */
export function databaseUrl(environment: Environment): string {
  const [url = ""] = required(environment, ["DATABASE_URL"]);
  return checkedUrl("DATABASE_URL", url, ["postgres:", "postgresql:"]);
}

/**
 * What is between the program and PostgreSQL.
 *
 * @throws UsageError
 */
export function databasePooler(environment: Environment): "transaction" | undefined {
  const value = environment["DATABASE_POOLER"] || undefined;
  if (value === undefined || value === "transaction") return value;
  throw new UsageError("DATABASE_POOLER must be transaction, or not set.");
}

/** @throws UsageError naming the variables that are missing or wrong, never their values */
export function bucketSettings(environment: Environment): S3ProviderOptions {
  const [endpoint = "", bucket = "", accessKeyId = "", secretAccessKey = ""] = required(
    environment,
    ["S3_ENDPOINT", "S3_BUCKET", "S3_ACCESS_KEY_ID", "S3_SECRET_ACCESS_KEY"],
  );
  return {
    bucket,
    client: {
      endpoint: checkedUrl("S3_ENDPOINT", endpoint, ["http:", "https:"]),
      region: environment["S3_REGION"] || "us-east-1",
      credentials: { accessKeyId, secretAccessKey },
      forcePathStyle: flag("S3_FORCE_PATH_STYLE", environment["S3_FORCE_PATH_STYLE"]),
      ...throughProxy(environment),
    },
    requests: requestOptions(environment),
  };
}

function throughProxy(environment: Environment): Pick<S3ConnectionOptions, "agents"> {
  const url = environment["S3_PROXY"];
  if (!url) return {};
  const proxy = checkedUrl("S3_PROXY", url, ["http:", "https:"]);
  const agent = new HttpsProxyAgent(proxy, { keepAlive: true });
  return { agents: { http: agent, https: agent } };
}

/** What the bucket demands of requests; the names of the fields are checked with the bucket. */
function requestOptions(environment: Environment): S3RequestOptions {
  const fields = parsedJson(environment["S3_REQUESTS"] || "{}");
  if (typeof fields === "object" && fields !== null && !Array.isArray(fields)) return fields;
  throw new UsageError(
    'S3_REQUESTS must be a JSON object such as {"ServerSideEncryption":"aws:kms"}.',
  );
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * What `user_id` refers to: undefined for the users of this repository, null for nothing.
 *
 * @throws UsageError
 */
export function ownerTable(
  environment: Environment,
): { table: string; column: string } | null | undefined {
  const value = environment["OWNER_TABLE"] || "users.id";
  if (value === "users.id") return undefined;
  if (value === "none") return null;
  const [table, column, ...more] = value.split(".");
  if (!table || !column || more.length > 0) {
    throw new UsageError(`OWNER_TABLE must be table.column or none.`);
  }
  return { table, column };
}

function required(environment: Environment, names: readonly string[]): string[] {
  const missing = names.filter((name) => !environment[name]);
  if (missing.length > 0) {
    const be = missing.length === 1 ? "is" : "are";
    throw new UsageError(`${missing.join(", ")} ${be} not set in the environment.`);
  }
  return names.map((name) => environment[name] ?? "");
}

function checkedUrl(name: string, value: string, protocols: readonly string[]): string {
  if (URL.canParse(value) && protocols.includes(new URL(value).protocol)) return value;
  const forms = protocols.map((protocol) => `${protocol}//`).join(" or ");
  throw new UsageError(`${name} must be a URL that begins with ${forms}.`);
}

function flag(name: string, value: string | undefined): boolean {
  if (!value || value === "true" || value === "1") return true;
  if (value === "false" || value === "0") return false;
  throw new UsageError(`${name} must be true or false.`);
}
