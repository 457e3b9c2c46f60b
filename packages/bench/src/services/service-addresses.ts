/** A bucket that a benchmark writes to. */
export interface S3Address {
  readonly endpoint: string;
  readonly region: string;
  readonly bucket: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * `sink` answers as S3 does and keeps nothing, so that the client's cost is what is measured;
 * `local-s3` checks signatures and stores; `external` is the S3 server that the environment names.
 */
export type S3Name = "sink" | "local-s3" | "external";

/** PostgreSQL is durable: it flushes each commit to the disk. */
export type ServiceName = S3Name | "postgres";

/** Where the running servers are. */
export interface ServiceAddresses {
  readonly databaseUrl: string | undefined;
  readonly s3: Readonly<Partial<Record<S3Name, S3Address>>>;
}

/** @throws Error when the case did not say that it needs the server */
export function s3Address(services: ServiceAddresses, name: S3Name): S3Address {
  const address = services.s3[name];
  if (address === undefined) throw new Error(`the case does not name ${name} in its needs`);
  return address;
}

/** @throws Error when the case did not say that it needs the server */
export function databaseUrl(services: ServiceAddresses): string {
  if (services.databaseUrl === undefined) {
    throw new Error("the case does not name postgres in its needs");
  }
  return services.databaseUrl;
}
