import { S3Client } from "@aws-sdk/client-s3";

import { ConnectionPool } from "./connection-pool.js";
import { ISOLATED_SETTINGS } from "./isolated-settings.js";
import { CONNECTION_DEFAULTS, type S3ConnectionOptions, type S3Credentials } from "./options.js";

export interface OwnedClient {
  client: S3Client;
  destroy(): void;
}

/** A client that reads nothing but its options. */
export function createClient(options: S3ConnectionOptions): OwnedClient {
  const {
    connectTimeoutMs = CONNECTION_DEFAULTS.connectTimeoutMs,
    requestTimeoutMs = CONNECTION_DEFAULTS.requestTimeoutMs,
    maxAttempts = CONNECTION_DEFAULTS.maxAttempts,
    maxSockets = CONNECTION_DEFAULTS.maxSockets,
    credentials,
    ...settings
  } = options;
  const pool = new ConnectionPool({ connectTimeoutMs, maxSockets });
  const client = new S3Client({
    ...ISOLATED_SETTINGS,
    ...settings,
    maxAttempts,
    credentials: credentialsOf(credentials),
    requestHandler: {
      httpAgent: pool.httpAgent,
      httpsAgent: pool.httpsAgent,
      socketTimeout: requestTimeoutMs,
    },
  });
  return {
    client,
    destroy() {
      client.destroy();
      pool.destroy();
    },
  };
}

function credentialsOf(
  source: S3ConnectionOptions["credentials"],
): S3Credentials | (() => Promise<S3Credentials>) {
  if (typeof source !== "function") return source;
  return async () => {
    try {
      return await source();
    } catch (cause) {
      const error = new Error("the credentials could not be obtained", { cause });
      throw Object.assign(error, { name: "CredentialsProviderError" });
    }
  };
}
