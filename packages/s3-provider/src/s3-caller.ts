import {
  type $Command,
  type S3Client,
  type S3ClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from "@aws-sdk/client-s3";

import { AttemptLog } from "./attempt-log.js";
import { countRetry } from "./count-retry.js";
import { toS3Error } from "./error-mapping.js";
import { type S3Operation } from "./errors.js";
import { type ExactLengthStream } from "./exact-length-stream.js";
import { assertObjectKey } from "./object-key.js";

/** What a call is about, besides the command that makes it. */
export interface S3Call {
  operation: S3Operation;
  key?: string;
  signal?: AbortSignal | undefined;
}

type S3Command<I extends ServiceInputTypes, O extends ServiceOutputTypes> = $Command<
  I,
  O,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes
>;

const READS = new Set<S3Operation>(["get", "head", "list", "listMultipartUploads", "listParts"]);

/** Sends commands for one bucket and turns what goes wrong into typed errors. */
export class S3Caller {
  readonly #underWay = new Set<AbortController>();
  #destroyed = false;

  constructor(
    readonly client: S3Client,
    readonly bucket: string,
  ) {}

  /**
   * @param body the command's body if it is a stream: when it fails, the request is cut
   * @throws S3Error
   */
  async send<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
    command: S3Command<I, O>,
    { operation, key, signal }: S3Call,
    body?: ExactLengthStream,
  ): Promise<O> {
    if (key !== undefined) assertObjectKey(key, operation);
    const attempts = new AttemptLog();
    const cut = this.#begin(signal);
    const onAbort = (): void => {
      cut.abort(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort);
    body?.once("error", onAbort);
    logAttempts(command, operation, attempts, body);
    try {
      // The SDK looks at the signal only once it has credentials and a request.
      cut.signal.throwIfAborted();
      const output = await this.client.send(command, { abortSignal: cut.signal });
      if (body && !body.released) {
        const early = new Error("the answer came before the end of the body");
        attempts.failed(early, false);
        throw early;
      }
      return output;
    } catch (error) {
      const outcome = READS.has(operation) ? "not_applied" : attempts.outcome;
      const { sent } = attempts;
      const typed = toS3Error(attempts.unwrap(error), {
        operation,
        key,
        signal: cut.signal,
        outcome,
        sent,
      });
      // An answer may end the call while its request is still being sent.
      cut.abort();
      throw typed;
    } finally {
      signal?.removeEventListener("abort", onAbort);
      this.#underWay.delete(cut);
    }
  }

  /** Aborts the calls under way and those to come. */
  destroy(): void {
    this.#destroyed = true;
    for (const cut of this.#underWay) cut.abort(destroyed());
  }

  #begin(signal: AbortSignal | undefined): AbortController {
    const cut = new AbortController();
    if (this.#destroyed) cut.abort(destroyed());
    else if (signal?.aborted === true) cut.abort(signal.reason);
    this.#underWay.add(cut);
    return cut;
  }
}

function logAttempts<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
  command: S3Command<I, O>,
  operation: S3Operation,
  attempts: AttemptLog,
  body: ExactLengthStream | undefined,
): void {
  command.middlewareStack.add(
    (next) => async (args) => {
      if (attempts.sent) countRetry(operation);
      attempts.started();
      try {
        return await next(args);
      } catch (error) {
        attempts.failed(error, body !== undefined && !body.released);
        throw error;
      }
    },
    // Below the retry middleware and the signature, above the reading of the answer.
    { step: "deserialize", priority: "high", name: "attemptLog" },
  );
}

function destroyed(): Error {
  return new Error("the provider has been destroyed");
}
