import type { S3Client, ServiceInputTypes, ServiceOutputTypes } from "@aws-sdk/client-s3";

import { AttemptLog, type Written } from "./attempt-log.js";
import { countRetry } from "./count-retry.js";
import type { DirectOutcome, DirectRequest, DirectSender } from "./direct/direct-sender.js";
import { toS3Error } from "./error-mapping.js";
import { type S3Operation } from "./errors.js";
import { assertObjectKey } from "./object-key.js";
import type { RequestBody } from "./request-body.js";
import type { S3Command } from "./s3-command.js";
import { signPayload } from "./sign-payload.js";

/** What a call is about, besides the command that makes it. */
export interface S3Call {
  operation: S3Operation;
  key?: string;
  signal?: AbortSignal | undefined;
}

const READS = new Set<S3Operation>([
  ...(["get", "head", "list", "listMultipartUploads", "listParts"] as const),
  ...(["versioning", "objectLock", "listVersions", "lockOfVersion"] as const),
]);

/** Sends commands for one bucket and turns what goes wrong into typed errors. */
export class S3Caller {
  /** Whether a deletion was answered with a delete marker. */
  sawDeleteMarker = false;
  readonly #underWay = new Set<AbortController>();
  #destroyed = false;

  /** @param direct sends bytes where the client is our own: another may have steps of its own */
  constructor(
    readonly client: S3Client,
    readonly bucket: string,
    private readonly direct?: DirectSender,
  ) {}

  /**
   * @param body the command's body if it is a stream: when it fails, the request is cut
   * @throws S3Error
   */
  send<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
    command: S3Command<I, O>,
    call: S3Call,
    body?: RequestBody,
  ): Promise<O & Written> {
    return this.#track(call, body, async (signal, attempts) => {
      logAttempts(command, call.operation, attempts, body);
      const output = await this.client.send(command, { abortSignal: signal });
      if (body && !body.sent) {
        const early = new Error("the answer came before the end of the body");
        attempts.failed(early, false);
        throw early;
      }
      return output;
    });
  }

  /**
   * Sends bytes by the short way where there is one. What does not succeed at once, the SDK takes for
   * the outcome of its own first attempt, and goes on as always.
   *
   * @param makeCommand makes the command that sends the same request
   * @throws S3Error
   */
  sendBytes<I extends ServiceInputTypes, O extends ServiceOutputTypes & { ETag?: string }>(
    request: DirectRequest,
    call: S3Call,
    makeCommand: () => S3Command<I, O>,
  ): Promise<{ ETag?: string | undefined } & Written> {
    return this.#track(call, undefined, async (signal, attempts) => {
      const first = await this.direct?.put(request, signal);
      if (first !== undefined && "etag" in first) return { ETag: first.etag };
      if (first !== undefined && "error" in first) attempts.failed(first.error, false);
      signal.throwIfAborted();
      const command = makeCommand();
      signPayload(command, request.payload);
      logAttempts(command, call.operation, attempts, undefined);
      if (first !== undefined) takeOver(command, first);
      return this.client.send(command, { abortSignal: signal });
    });
  }

  /** Makes a call that can be aborted, and names what goes wrong with it. */
  async #track<Result>(
    { operation, key, signal }: S3Call,
    body: RequestBody | undefined,
    call: (signal: AbortSignal, attempts: AttemptLog) => Promise<Result>,
  ): Promise<Result & Written> {
    if (key !== undefined) assertObjectKey(key, operation);
    const attempts = new AttemptLog();
    const cut = this.#begin(signal);
    const onAbort = (): void => {
      cut.abort(signal?.reason);
    };
    signal?.addEventListener("abort", onAbort);
    body?.once("error", onAbort);
    try {
      // The SDK looks at the signal only once it has credentials and a request.
      cut.signal.throwIfAborted();
      const result = await call(cut.signal, attempts);
      return { ...result, unanswered: attempts.unanswered };
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
  body: RequestBody | undefined,
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

/** Has the SDK's first attempt end as one that was already made. */
function takeOver<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
  command: S3Command<I, O>,
  outcome: Exclude<DirectOutcome, { etag: string }>,
): void {
  let isTaken = false;
  command.middlewareStack.add(
    (next) => (args) => {
      if (isTaken) return next(args);
      isTaken = true;
      if ("error" in outcome) throw outcome.error;
      return Promise.resolve({ response: outcome.response } as Awaited<ReturnType<typeof next>>);
    },
    // Below the reading of the answer, in place of the HTTP handler.
    { step: "deserialize", priority: "low", name: "takeOver" },
  );
}

function destroyed(): Error {
  return new Error("the provider has been destroyed");
}
