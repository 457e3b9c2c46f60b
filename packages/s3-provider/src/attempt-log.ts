import { type S3Outcome } from "./errors.js";
import { readSdkError } from "./sdk-error-facts.js";

/** What a call that made an object tells of its attempts. */
export interface Written {
  /**
   * True when an earlier attempt of this call got no answer: the server may still carry it out, even
   * after the object was deleted.
   */
  unanswered: boolean;
}

/**
 * Follows one call over its attempts. A retried call can end in a harmless error (connection
 * refused, 412) although an earlier attempt, whose answer was lost, took effect; so the outcome is
 * known only if it is known of every attempt.
 */
export class AttemptLog {
  #sent = false;
  #ambiguous = false;
  #unanswered = false;
  #lastError: unknown;

  /** Whether any attempt got as far as the HTTP handler. */
  get sent(): boolean {
    return this.#sent;
  }

  /** Whether the server may still be at work on an attempt that failed. */
  get unanswered(): boolean {
    return this.#unanswered;
  }

  get outcome(): S3Outcome {
    return this.#ambiguous ? "unknown" : "not_applied";
  }

  /**
   * The error behind the one that the call rejected with. The SDK replaces an error of another
   * realm (a test runner's sandbox) by a wrapper that has neither its name nor its code.
   */
  unwrap(rejection: unknown): unknown {
    const replaced = this.#lastError !== undefined && !(this.#lastError instanceof Error);
    return replaced ? this.#lastError : rejection;
  }

  started(): void {
    this.#sent = true;
  }

  /** @param bodyWithheld the server cannot have the whole body yet, whatever the error is */
  failed(error: unknown, bodyWithheld: boolean): void {
    this.#lastError = error;
    if (bodyWithheld || isCertainlyNotApplied(error)) return;
    this.#ambiguous = true;
    if (!isAnswerOfS3(error)) this.#unanswered = true;
  }
}

const BEFORE_ANY_BYTE = new Set(["connect", "getaddrinfo"]);

/** Whether this failure proves that the server did nothing: a 3xx or 4xx answer, or no connection. */
function isCertainlyNotApplied(error: unknown): boolean {
  const { statusCode, syscall, perAddress } = readSdkError(error);
  if (statusCode !== undefined)
    return (statusCode >= 300 && statusCode < 500) || statusCode === 501;
  if (perAddress !== undefined && perAddress.length > 0) {
    return perAddress.every(isCertainlyNotApplied);
  }
  return syscall !== undefined && BEFORE_ANY_BYTE.has(syscall);
}

const BY_A_GATEWAY = new Set([502, 504]);

/**
 * Whether S3 itself has ended this attempt with an error. A gateway in front of it also answers 5xx,
 * without S3's error document, while the request goes on behind it.
 */
function isAnswerOfS3(error: unknown): boolean {
  const { statusCode, documentCode } = readSdkError(error);
  return documentCode !== undefined && statusCode !== undefined && !BY_A_GATEWAY.has(statusCode);
}
