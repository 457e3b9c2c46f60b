import { parseArgs } from "node:util";

import { type LocalS3Options } from "./options.js";

export const USAGE = `Usage: local-s3 --data <folder> --access-key <key> --secret-key <key> [options]

A strict S3-compatible server for development and tests. Never for production.

  --data <folder>      where the objects are kept; created when absent
  --access-key <key>   the access key id that clients sign with
  --secret-key <key>   the secret access key that clients sign with
  --port <number>      port to listen on (0, the default, takes a free one)
  --bucket <name>      bucket to create when absent; may be repeated
  --region <name>      region that signatures must name (us-east-1)
  --help               this text
`;

/**
 * @returns "help" when the user asks for it
 * @throws {Error} with a message for the user
 */
export function readCommandLine(args: readonly string[]): LocalS3Options | "help" {
  const { values } = parseArgs({
    args: [...args],
    options: {
      data: { type: "string" },
      "access-key": { type: "string" },
      "secret-key": { type: "string" },
      port: { type: "string", default: "0" },
      bucket: { type: "string", multiple: true, default: [] },
      region: { type: "string", default: "us-east-1" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return "help";
  const required = (name: "data" | "access-key" | "secret-key"): string => {
    const value = values[name];
    if (value === undefined || value === "") throw new Error(`--${name} is required`);
    return value;
  };
  if (!/^\d{1,5}$/.test(values.port)) throw new Error(`--port must be a number: ${values.port}`);
  return {
    dataDir: required("data"),
    accessKeyId: required("access-key"),
    secretAccessKey: required("secret-key"),
    port: Number(values.port),
    buckets: values.bucket,
    region: values.region,
  };
}
