import { OPERATION_NAMES, type OperationName } from "./operation-names.js";
import { WrongHashError } from "./wrong-hash-error.js";

/** Failures that are told in words; the rest is counted only. */
const TOLD_FAILURES = 20;
/** Failures after which a run has shown enough. */
const MOST_FAILURES = 100;

/** What the workers did. */
export class Tally {
  /** How often each succeeded. */
  readonly operations = new Map<OperationName, number>(OPERATION_NAMES.map((name) => [name, 0]));
  readonly failureMessages: string[] = [];
  operationCount = 0;
  failures = 0;
  /** Those of the failures that were wrong bytes. */
  wrongHashes = 0;
  uploadedBytes = 0;
  downloadedBytes = 0;
  readonly #enough = new AbortController();

  /** Aborted once so much failed that going on shows nothing new. */
  get enough(): AbortSignal {
    return this.#enough.signal;
  }

  succeeded(name: OperationName): void {
    this.operations.set(name, (this.operations.get(name) ?? 0) + 1);
    this.operationCount += 1;
  }

  /** @param what the operation, or what else was tried */
  failed(what: string, error: unknown): void {
    this.failures += 1;
    if (this.failures >= MOST_FAILURES) this.#enough.abort();
    if (error instanceof WrongHashError) this.wrongHashes += 1;
    if (this.failureMessages.length < TOLD_FAILURES) {
      this.failureMessages.push(`${what}: ${String(error)}`);
    }
  }
}
