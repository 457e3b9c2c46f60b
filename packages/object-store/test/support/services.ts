export interface PostgresServer {
  /** Of a superuser, past any pooler. */
  adminUrl: string;
  /** A migrated database to copy. */
  template: string;
  /** A PgBouncer in transaction mode, through which all else is to go. */
  poolerUrl?: string;
}

export interface S3Server {
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** As `S3Provider` has it. */
  postForms?: boolean;
}

/** What the global setup started. */
export interface TestServices {
  postgres: PostgresServer;
  s3: S3Server;
}

export function services(): TestServices {
  const text = process.env["OBJECT_STORE_TEST_SERVICES"];
  if (text === undefined) throw new Error("the global setup did not run");
  return JSON.parse(text) as TestServices;
}

/** For whatever connects: that a pooler is between, where there is one. */
export function poolerOf({ poolerUrl }: PostgresServer = services().postgres): {
  pooler?: "transaction";
} {
  return poolerUrl === undefined ? {} : { pooler: "transaction" };
}

/** The URL of a database, through the pooler where there is one. */
export function urlOf(name: string, postgres: PostgresServer = services().postgres): string {
  const url = new URL(postgres.poolerUrl ?? postgres.adminUrl);
  url.pathname = `/${name}`;
  return url.href;
}
