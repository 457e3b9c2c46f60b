import { randomUUID } from "node:crypto";

import type { S3Client, ServiceInputTypes, ServiceOutputTypes } from "@aws-sdk/client-s3";

import { AttemptLog, type Written } from "./attempt-log.js";
import type { BuiltRequest } from "./built-request.js";
import type { OwnedClient } from "./client.js";
import { count } from "./counters.js";
import {
  type DirectOutcome,
  type DirectRequest,
  INVOCATION_ID_HEADER,
} from "./direct/direct-sender.js";
import { toS3Error } from "./error-mapping.js";
import { S3AccessDeniedError, type S3Operation } from "./errors.js";
import { assertObjectKey } from "./object-key.js";
import type { RequestBody } from "./request-body.js";
import type { RequestRules } from "./request-rules.js";
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

/** Calls that S3 keeps alive with white space until they are done. */
const SLOW = new Set<S3Operation>(["completeMultipartUpload", "copy"]);

/** Sends commands for one bucket and turns what goes wrong into typed errors. */
export class S3Caller {
  /** Whether a deletion was answered with a delete marker. */
  sawDeleteMarker = false;
  readonly #underWay = new Set<AbortController>();
  #destroyed = false;

  /** @param own for a client of our own making: another may have steps of its own */
  constructor(
    readonly client: S3Client,
    readonly bucket: string,
    readonly rules: RequestRules,
    private readonly own?: Pick<OwnedClient, "direct" | "renewCredentials">,
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
      this.#prepare(command, call, attempts, body);
      const output = await this.#sendTimed(command, call, signal);
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
      const invocationId = randomUUID();
      const first = await this.own?.direct.put(request, { signal, invocationId });
      if (first !== undefined && "etag" in first) return { ETag: first.etag };
      if (first !== undefined && "error" in first) attempts.failed(first.error, false);
      signal.throwIfAborted();
      // Also a success that is not as the short way knows it: the SDK has to read each.
      const isSuccess =
        first !== undefined && "response" in first && first.response.statusCode < 300;
      if (this.own !== undefined && (first === undefined || isSuccess)) {
        count("s3_provider.fallbacks", call.operation);
      }
      const command = makeCommand();
      signPayload(command, request.payload);
      this.#prepare(command, call, attempts, undefined);
      if (first !== undefined) takeOver(command, first, invocationId);
      return this.client.send(command, { abortSignal: signal });
    });
  }

  /**
   * The SDK learns the server's clock from the date of an answer at its end. S3 sends the head of these
   * answers minutes before their end, so that they say nothing of the clock.
   */
  async #sendTimed<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
    command: S3Command<I, O>,
    { operation }: S3Call,
    abortSignal: AbortSignal,
  ): Promise<O> {
    const { config } = this.client;
    const offset = config.systemClockOffset;
    const output = await this.client.send(command, { abortSignal });
    if (SLOW.has(operation)) config.systemClockOffset = offset;
    return output;
  }

  #prepare<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
    command: S3Command<I, O>,
    { operation }: S3Call,
    attempts: AttemptLog,
    body: RequestBody | undefined,
  ): void {
    Object.assign(command.input, this.rules.inputFor(operation));
    logAttempts(command, operation, attempts, body);
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
      if (typed instanceof S3AccessDeniedError) this.own?.renewCredentials();
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
      if (attempts.sent) count("s3_provider.retries", operation);
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

/** A step of the SDK between the retries and the signature. */
type Finalize<I, O> = (args: {
  input: I;
  request: unknown;
}) => Promise<{ output: O; response: unknown }>;

/** Has the SDK's first attempt end as one that was already made. */
function takeOver<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
  command: S3Command<I, O>,
  outcome: Exclude<DirectOutcome, { etag: string }>,
  invocationId: string,
): void {
  command.middlewareStack.addRelativeTo(
    (next: Finalize<I, O>): Finalize<I, O> =>
      (args) => {
        (args.request as BuiltRequest).headers[INVOCATION_ID_HEADER] = invocationId;
        return next(args);
      },
    { relation: "before", toMiddleware: "httpSigningMiddleware", name: "invocationId" },
  );
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
