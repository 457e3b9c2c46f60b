import type { S3Client, ServiceInputTypes, ServiceOutputTypes } from "@aws-sdk/client-s3";

import type { S3Command } from "./s3-command.js";

/** A request as the SDK builds it. */
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

export interface Built {
  request: BuiltRequest;
  /** How it would be signed; `sigv4` but for directory buckets and access points of several regions. */
  scheme: string;
  region: string;
  service: string;
}

/** Lets the SDK build the request of a command, up to where it would be signed and sent. */
export async function buildRequest<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
  client: S3Client,
  command: S3Command<I, O>,
): Promise<Built> {
  const fallbackRegion = await client.config.region();
  let built: Built | undefined;
  command.middlewareStack.add(
    (next, context) => (args) => {
      const scheme = context.authSchemes?.[0];
      built = {
        request: args.request as BuiltRequest,
        scheme: scheme?.name ?? "sigv4",
        region: scheme?.signingRegion ?? fallbackRegion,
        service: scheme?.signingName ?? "s3",
      };
      const answer = { response: undefined, output: { $metadata: {} } };
      return Promise.resolve(answer as Awaited<ReturnType<typeof next>>);
    },
    { step: "build", priority: "low", name: "buildRequest" },
  );
  await client.send(command);
  if (built === undefined) throw new Error("the SDK built no request");
  return built;
}
