/** A server as its clients know it, addressed in path style (`/bucket/key`). */
export interface S3Server {
  /** Such as `http://127.0.0.1:9000`. */
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The `Host` header of requests to the server. */
export function hostOf(server: Pick<S3Server, "endpoint">): string {
  return new URL(server.endpoint).host;
}
