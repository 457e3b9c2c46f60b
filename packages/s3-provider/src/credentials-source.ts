import type { S3ConnectionOptions, S3Credentials, S3CredentialsProvider } from "./options.js";

type Properties = Parameters<S3CredentialsProvider>[0];

/** Credentials are renewed that long before they expire, as the SDK does it. */
const RENEWED_BEFORE_MS = 5 * 60_000;
/** For how long credentials without an expiration are used. */
const LIFE_MS = 60 * 60_000;
/** The shortest time between two requests for credentials that are not expired. */
const PAUSE_MS = 60_000;

interface Kept {
  credentials: S3Credentials;
  obtainedAt: number;
  /** When they are to be renewed. */
  until: number;
}

/**
 * Obtains credentials, and keeps them until shortly before they expire, for an hour if they do not
 * say when, or until a server denies a request, but for a minute at least: denials of single keys are
 * ordinary. Where new ones cannot be obtained, those are used on that have not expired.
 *
 * The SDK's own cache keeps those without an expiration for ever.
 */
export class CredentialsSource {
  /** For the SDK. Called with whom it needs the credentials for. */
  readonly provider: S3CredentialsProvider & { memoized: true };
  readonly #origin: S3CredentialsProvider;
  #kept: Kept | undefined;
  #asked: Promise<S3Credentials> | undefined;

  constructor(origin: S3ConnectionOptions["credentials"]) {
    this.#origin = typeof origin === "function" ? origin : () => Promise.resolve(origin);
    const provider = (properties?: Properties): Promise<S3Credentials> => this.#get(properties);
    // What has this mark, the SDK does not put its own cache before.
    this.provider = Object.assign(provider, { memoized: true as const });
  }

  /** Has a request ask for them anew. */
  renew(): void {
    const kept = this.#kept;
    if (kept !== undefined) kept.until = Math.min(kept.until, kept.obtainedAt + PAUSE_MS);
  }

  #get(properties: Properties): Promise<S3Credentials> {
    if (this.#kept !== undefined && Date.now() < this.#kept.until) {
      return Promise.resolve(this.#kept.credentials);
    }
    this.#asked ??= this.#ask(properties).finally(() => (this.#asked = undefined));
    return this.#asked;
  }

  async #ask(properties: Properties): Promise<S3Credentials> {
    try {
      const credentials = await this.#origin(properties);
      const { expiration } = credentials;
      const obtainedAt = Date.now();
      const until =
        expiration === undefined ? obtainedAt + LIFE_MS : expiration.getTime() - RENEWED_BEFORE_MS;
      this.#kept = { credentials, obtainedAt, until };
      return credentials;
    } catch (cause) {
      const kept = this.#kept;
      if (kept !== undefined && Date.now() < (kept.credentials.expiration?.getTime() ?? Infinity)) {
        kept.until = Date.now() + PAUSE_MS;
        return kept.credentials;
      }
      const error = new Error("the credentials could not be obtained", { cause });
      throw Object.assign(error, { name: "CredentialsProviderError" });
    }
  }
}
