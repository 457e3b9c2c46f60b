import type { S3Address } from "../services/service-addresses.js";

/** The S3 server that the environment names, if it names one. */
export function externalS3(environment: NodeJS.ProcessEnv): S3Address | undefined {
  const endpoint = environment["BENCH_S3_ENDPOINT"];
  if (endpoint === undefined) return undefined;
  return {
    endpoint,
    region: environment["BENCH_S3_REGION"] ?? "us-east-1",
    bucket: environment["BENCH_S3_BUCKET"] ?? "bench",
    accessKeyId: required(environment, "BENCH_S3_ACCESS_KEY_ID"),
    secretAccessKey: required(environment, "BENCH_S3_SECRET_ACCESS_KEY"),
  };
}

function required(environment: NodeJS.ProcessEnv, name: string): string {
  const value = environment[name];
  if (!value) throw new TypeError(`BENCH_S3_ENDPOINT is set, so ${name} must be too`);
  return value;
}
