import { PutObjectCommand, type S3Client } from "@aws-sdk/client-s3";

/** A request as the SDK builds it, before it is signed. */
export interface BuiltRequest {
  method: string;
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  query?: Record<string, string>;
  headers: Record<string, string>;
  body?: unknown;
}

/** What all PUTs of bytes to one bucket have in common. */
export interface RequestTemplate {
  request: BuiltRequest;
  /** The path up to the key, percent-encoded. */
  basePath: string;
  signingRegion: string;
  signingService: string;
}

const PLACEHOLDER_KEY = "k";
/** Headers that are those of one object, or of one call. */
const OF_ONE_CALL = /^(content-|amz-sdk-|x-amz-content-)/;

/**
 * Lets the SDK build a PutObject up to where it would be signed and sent. Undefined where the
 * request depends on more than SigV4 and its headers: signed in another way, or with checksums.
 */
export async function requestTemplate(
  client: S3Client,
  bucket: string,
): Promise<RequestTemplate | undefined> {
  if ((await client.config.requestChecksumCalculation()) !== "WHEN_REQUIRED") return undefined;
  const fallbackRegion = await client.config.region();
  const command = new PutObjectCommand({ Bucket: bucket, Key: PLACEHOLDER_KEY, Body: "" });
  let template: RequestTemplate | undefined;
  command.middlewareStack.add(
    (_next, context) => (args) => {
      const request = args.request as BuiltRequest;
      const scheme = context.authSchemes?.[0];
      if (scheme === undefined || scheme.name === "sigv4") {
        const headers = Object.entries(request.headers).filter(([name]) => !OF_ONE_CALL.test(name));
        template = {
          request: { ...request, headers: Object.fromEntries(headers) },
          basePath: request.path.slice(0, -PLACEHOLDER_KEY.length),
          signingRegion: scheme?.signingRegion ?? fallbackRegion,
          signingService: scheme?.signingName ?? "s3",
        };
      }
      return Promise.resolve({ response: undefined, output: { $metadata: {} } });
    },
    { step: "finalizeRequest", priority: "high", name: "requestTemplate" },
  );
  await client.send(command);
  return template;
}
