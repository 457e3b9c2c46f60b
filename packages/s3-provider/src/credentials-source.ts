import type { S3ConnectionOptions, S3Credentials, S3CredentialsProvider } from "./options.js";

type Properties = Parameters<S3CredentialsProvider>[0];

/** Credentials are renewed that long before they expire, as the SDK does it. */
const RENEWED_BEFORE_MS = 5 * 60_000;
/** For how long credentials without an expiration are used. */
const LIFE_MS = 60 * 60_000;

/**
 * Obtains credentials, and keeps them until shortly before they expire, for an hour if they do not
 * say when, or until a server denies a request that they signed.
 *
 * The SDK's own cache keeps those without an expiration for ever.
 */
export class CredentialsSource {
  /** For the SDK. Called with whom it needs the credentials for. */
  readonly provider: S3CredentialsProvider & { memoized: true };
  readonly #origin: S3CredentialsProvider;
  #kept: { credentials: S3Credentials; until: number } | undefined;
  #asked: Promise<S3Credentials> | undefined;

  constructor(origin: S3ConnectionOptions["credentials"]) {
    this.#origin = typeof origin === "function" ? origin : () => Promise.resolve(origin);
    const provider = (properties?: Properties): Promise<S3Credentials> => this.#get(properties);
    // What has this mark, the SDK does not put its own cache before.
    this.provider = Object.assign(provider, { memoized: true as const });
  }

  /** Has the next request ask for them anew. */
  forget(): void {
    this.#kept = undefined;
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
      const until =
        expiration === undefined ? Date.now() + LIFE_MS : expiration.getTime() - RENEWED_BEFORE_MS;
      this.#kept = { credentials, until };
      return credentials;
    } catch (cause) {
      const error = new Error("the credentials could not be obtained", { cause });
      throw Object.assign(error, { name: "CredentialsProviderError" });
    }
  }
}
