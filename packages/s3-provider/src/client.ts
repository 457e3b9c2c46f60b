import { S3Client } from "@aws-sdk/client-s3";

import { ConnectionPool } from "./connection-pool.js";
import { CredentialsSource } from "./credentials-source.js";
import { DirectSender } from "./direct/direct-sender.js";
import { ISOLATED_SETTINGS } from "./isolated-settings.js";
import { CONNECTION_DEFAULTS, type S3ConnectionOptions } from "./options.js";

/** A client of our own making, and what only such a one has. */
export interface OwnedClient {
  client: S3Client;
  direct: DirectSender;
  /** Has a request obtain its credentials anew. */
  renewCredentials(): void;
  destroy(): void;
}

/** A client that reads nothing but its options. */
export function createClient(options: S3ConnectionOptions, bucket: string): OwnedClient {
  const {
    connectTimeoutMs = CONNECTION_DEFAULTS.connectTimeoutMs,
    requestTimeoutMs = CONNECTION_DEFAULTS.requestTimeoutMs,
    maxAttempts = CONNECTION_DEFAULTS.maxAttempts,
    maxSockets = CONNECTION_DEFAULTS.maxSockets,
    agents,
    credentials,
    ...settings
  } = options;
  const pool = new ConnectionPool({ connectTimeoutMs, maxSockets });
  const source = new CredentialsSource(credentials);
  const client = new S3Client({
    ...ISOLATED_SETTINGS,
    ...settings,
    maxAttempts,
    credentials: source.provider,
    requestHandler: {
      httpAgent: agents?.http ?? pool.httpAgent,
      httpsAgent: agents?.https ?? pool.httpsAgent,
      socketTimeout: requestTimeoutMs,
    },
  });
  return {
    client,
    direct: new DirectSender(client, bucket),
    renewCredentials() {
      source.renew();
    },
    // Not that of the client, which would close the caller's agents.
    destroy() {
      pool.destroy();
    },
  };
}
