/** One rule of a bucket's CORS configuration. */
export interface CorsRule {
  readonly id?: string | undefined;
  /** Origins, each with at most one `*`. */
  readonly allowedOrigins: readonly string[];
  readonly allowedMethods: readonly string[];
  /** Header names in any case, each with at most one `*`. */
  readonly allowedHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  readonly maxAgeSeconds?: number | undefined;
}
