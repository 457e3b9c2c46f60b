import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { S3RequestPresigner } from "@aws-sdk/s3-request-presigner";

import { toS3Error } from "./error-mapping.js";
import { S3InvalidRequestError } from "./errors.js";
import { ISOLATED_SETTINGS } from "./isolated-settings.js";
import { assertObjectKey, encodeKey, encodeRfc3986 } from "./object-key.js";

export interface PresignGetOptions {
  /** Seconds, 1 to 604,800 (7 days). */
  expiresIn: number;
  /** What the answer's headers shall say instead of what the object was stored with. */
  responseContentType?: string;
  responseContentDisposition?: string;
  responseCacheControl?: string;
}

export interface PresignedUrl {
  url: string;
  /** When the URL stops working: by `expiresIn`, or sooner with the temporary credentials that signed it. */
  expiresAt: Date;
}

type SignableRequest = Parameters<S3RequestPresigner["presign"]>[0];

/** What all presigned GETs of one bucket have in common, resolved once. */
interface Template {
  /** The request for `PLACEHOLDER_KEY`. */
  request: SignableRequest;
  /** The path up to the key. */
  basePath: string;
  /** Presigners sign with the credentials they were made with. */
  presignerFor: (credentials: Credentials) => S3RequestPresigner;
}

type Credentials = Awaited<ReturnType<S3Client["config"]["credentials"]>>;

const MAX_EXPIRES_IN = 604_800;
const PLACEHOLDER_KEY = "k";
/** Set by the SDK for each request it sends; a URL must not depend on them. */
const PER_REQUEST_HEADERS = ["amz-sdk-invocation-id", "amz-sdk-request", "x-amz-user-agent"];

/**
 * Presigns GETs as `getSignedUrl` does, byte for byte, but resolves endpoint, region and headers
 * once instead of running the SDK's whole middleware for each URL.
 */
export class GetPresigner {
  readonly #client: S3Client;
  readonly #bucket: string;
  #template: Promise<Template> | undefined;

  /** @param client supplies settings only; no request is sent */
  constructor(client: S3Client, bucket: string, publicEndpoint?: string) {
    this.#client = publicEndpoint === undefined ? client : atEndpoint(client, publicEndpoint);
    this.#bucket = bucket;
  }

  /** @throws S3InvalidRequestError, S3AccessDeniedError if credentials cannot be obtained */
  async presign(
    key: string,
    options: PresignGetOptions,
    signingDate = new Date(),
  ): Promise<PresignedUrl> {
    assertObjectKey(key, "presignGet");
    const { expiresIn } = options;
    if (!Number.isInteger(expiresIn) || expiresIn < 1 || expiresIn > MAX_EXPIRES_IN) {
      throw new S3InvalidRequestError({
        operation: "presignGet",
        key,
        outcome: "not_applied",
        reason: `expiresIn must be a whole number of seconds from 1 to ${MAX_EXPIRES_IN}`,
      });
    }
    try {
      const { request, basePath, presignerFor } = await this.#resolveTemplate();
      const credentials = await this.#client.config.credentials();
      const signed = await presignerFor(credentials).presign(
        {
          ...request,
          headers: { ...request.headers },
          path: basePath + encodeKey(key),
          query: { ...request.query, ...overridesOf(options) },
        },
        { expiresIn, signingDate },
      );
      return {
        url: formatUrl(signed),
        expiresAt: expiryOf(signingDate, expiresIn, credentials.expiration),
      };
    } catch (error) {
      throw toS3Error(error, { operation: "presignGet", key, outcome: "not_applied", sent: false });
    }
  }

  #resolveTemplate(): Promise<Template> {
    this.#template ??= captureTemplate(this.#client, this.#bucket).catch((error: unknown) => {
      this.#template = undefined;
      throw error;
    });
    return this.#template;
  }
}

/** Lets the SDK build a GetObject request up to where it would be signed and sent. */
async function captureTemplate(client: S3Client, bucket: string): Promise<Template> {
  const command = new GetObjectCommand({ Bucket: bucket, Key: PLACEHOLDER_KEY });
  let template: Template | undefined;
  command.middlewareStack.add(
    (_next, context) => (args) => {
      const request = args.request as SignableRequest;
      for (const name of PER_REQUEST_HEADERS) Reflect.deleteProperty(request.headers, name);
      const scheme = context.authSchemes?.[0];
      template = {
        request,
        basePath: request.path.slice(0, -PLACEHOLDER_KEY.length),
        presignerFor: presignerCache({
          ...client.config,
          ...(scheme?.signingName !== undefined && { signingName: scheme.signingName }),
          ...(scheme?.signingRegion !== undefined && { region: scheme.signingRegion }),
        }),
      };
      return Promise.resolve({ response: undefined, output: { $metadata: {} } });
    },
    { step: "build", priority: "low", name: "captureTemplate" },
  );
  await client.send(command);
  if (template === undefined) throw new Error("the SDK built no request");
  return template;
}

/** Credentials change seldom: the presigner of the last ones is kept. */
function presignerCache(
  settings: Omit<ConstructorParameters<typeof S3RequestPresigner>[0], "credentials">,
): Template["presignerFor"] {
  let last: { credentials: Credentials; presigner: S3RequestPresigner } | undefined;
  return (credentials) => {
    if (last?.credentials !== credentials) {
      last = { credentials, presigner: new S3RequestPresigner({ ...settings, credentials }) };
    }
    return last.presigner;
  };
}

function atEndpoint({ config }: S3Client, endpoint: string): S3Client {
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

function overridesOf(options: PresignGetOptions): Record<string, string> {
  const { responseContentType, responseContentDisposition, responseCacheControl } = options;
  return {
    ...(responseContentType !== undefined && { "response-content-type": responseContentType }),
    ...(responseContentDisposition !== undefined && {
      "response-content-disposition": responseContentDisposition,
    }),
    ...(responseCacheControl !== undefined && { "response-cache-control": responseCacheControl }),
  };
}

function formatUrl({ protocol, hostname, port, path, query }: SignableRequest): string {
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  const parameters = Object.entries(query ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(String(value))}`);
  return `${protocol}//${host}${path}?${parameters.join("&")}`;
}

/** The signature counts from a whole second (X-Amz-Date). */
function expiryOf(signingDate: Date, expiresIn: number, credentialsEnd: Date | undefined): Date {
  const byOption = (Math.floor(signingDate.getTime() / 1_000) + expiresIn) * 1_000;
  return new Date(Math.min(byOption, credentialsEnd?.getTime() ?? Infinity));
}
