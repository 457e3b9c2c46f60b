import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";

import { buildRequest } from "../built-request.js";
import { ISOLATED_SETTINGS } from "../isolated-settings.js";
import type { RequestRules } from "../request-rules.js";
import { type CanonicalHeaders, canonicalHeaders } from "./canonical-headers.js";
import { canonicalQuery } from "./canonical-query.js";
import type { SigningScope } from "./query-signer.js";

/** What all presigned requests to one bucket have in common. */
export interface PresignTarget {
  /** Scheme, host and port. */
  origin: string;
  /** The path up to the key, percent-encoded. */
  basePath: string;
  host: string;
  /** The `host` header alone, which is all that a GET has to send. */
  hostHeader: CanonicalHeaders;
  scope: SigningScope;
  /** Parameters that the SDK gives to each GetObject, encoded. */
  getQuery: string;
}

const PLACEHOLDER_KEY = "k";

export async function resolvePresignTarget(
  client: S3Client,
  bucket: string,
  rules: RequestRules,
): Promise<PresignTarget> {
  const input = { Bucket: bucket, Key: PLACEHOLDER_KEY, ...rules.inputFor("get") };
  const command = new GetObjectCommand(input);
  const { request, region, service } = await buildRequest(client, command);
  const { protocol, hostname, port, path, query, headers } = request;
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  return {
    origin: `${protocol}//${host}`,
    basePath: path.slice(0, -PLACEHOLDER_KEY.length),
    host,
    hostHeader: canonicalHeaders({ host }),
    scope: { region, service },
    getQuery: canonicalQuery({ ...query, ...hoisted(headers) }),
  };
}

/** A client whose URLs lead to another endpoint, for that is what is signed. */
export function atEndpoint({ config }: S3Client, endpoint: string): S3Client {
  return new S3Client({
    ...ISOLATED_SETTINGS,
    maxAttempts: 1,
    region: config.region,
    credentials: config.credentials,
    forcePathStyle: config.forcePathStyle,
    responseChecksumValidation: config.responseChecksumValidation,
    endpoint,
  });
}

/** The headers that a presigned URL carries in its query, but for the one that the SDK makes anew. */
function hoisted(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => /^x-amz-/i.test(name) && name.toLowerCase() !== "x-amz-user-agent",
    ),
  );
}
