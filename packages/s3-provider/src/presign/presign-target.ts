import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";

import { ISOLATED_SETTINGS } from "../isolated-settings.js";
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

/** A request as the SDK builds it. */
interface BuiltRequest {
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  query?: Record<string, string>;
  headers: Record<string, string>;
}

const PLACEHOLDER_KEY = "k";

/** Lets the SDK build a GetObject request up to where it would be signed and sent. */
export async function resolvePresignTarget(
  client: S3Client,
  bucket: string,
): Promise<PresignTarget> {
  const command = new GetObjectCommand({ Bucket: bucket, Key: PLACEHOLDER_KEY });
  const fallbackRegion = await client.config.region();
  let target: PresignTarget | undefined;
  command.middlewareStack.add(
    (_next, context) => (args) => {
      const { protocol, hostname, port, path, query, headers } = args.request as BuiltRequest;
      const scheme = context.authSchemes?.[0];
      const host = port === undefined ? hostname : `${hostname}:${port}`;
      target = {
        origin: `${protocol}//${host}`,
        basePath: path.slice(0, -PLACEHOLDER_KEY.length),
        host,
        hostHeader: canonicalHeaders({ host }),
        scope: {
          region: scheme?.signingRegion ?? fallbackRegion,
          service: scheme?.signingName ?? "s3",
        },
        getQuery: canonicalQuery({ ...query, ...hoisted(headers) }),
      };
      return Promise.resolve({ response: undefined, output: { $metadata: {} } });
    },
    { step: "build", priority: "low", name: "resolvePresignTarget" },
  );
  await client.send(command);
  if (target === undefined) throw new Error("the SDK built no request");
  return target;
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
