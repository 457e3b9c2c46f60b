import {
  type $Command,
  type S3Client,
  type S3ClientResolvedConfig,
  type ServiceInputTypes,
  type ServiceOutputTypes,
} from "@aws-sdk/client-s3";

import { AttemptLog } from "./attempt-log.js";
import { toS3Error } from "./error-mapping.js";
import { S3AbortedError, type S3Operation } from "./errors.js";
import { assertObjectKey } from "./object-key.js";

/** What a call is about, besides the command that makes it. */
export interface S3Call {
  operation: S3Operation;
  key?: string;
  signal?: AbortSignal | undefined;
  /** For a stream body: its own cut, and whether its last byte was handed on yet. */
  streamBody?: { cut: AbortSignal; isReleased: () => boolean };
}

type S3Command<I extends ServiceInputTypes, O extends ServiceOutputTypes> = $Command<
  I,
  O,
  S3ClientResolvedConfig,
  ServiceInputTypes,
  ServiceOutputTypes
>;

const READS = new Set<S3Operation>(["get", "head", "list", "listMultipartUploads", "presignGet"]);

/** Sends commands for one bucket and turns what goes wrong into typed errors. */
export class S3Caller {
  constructor(
    readonly client: S3Client,
    readonly bucket: string,
  ) {}

  /** @throws S3Error */
  async send<I extends ServiceInputTypes, O extends ServiceOutputTypes>(
    command: S3Command<I, O>,
    call: S3Call,
  ): Promise<O> {
    const { operation, key, signal, streamBody } = call;
    if (key !== undefined) assertObjectKey(key, operation);
    throwIfAborted(call);
    const attempts = new AttemptLog();
    command.middlewareStack.add(
      (next) => async (args) => {
        attempts.started();
        try {
          return await next(args);
        } catch (error) {
          attempts.failed(error, streamBody !== undefined && !streamBody.isReleased());
          throw error;
        }
      },
      // Below the retry middleware and the signature, above the reading of the answer.
      { step: "deserialize", priority: "high", name: "attemptLog" },
    );
    const abortSignal = streamBody?.cut ?? signal;
    try {
      return await this.client.send(command, abortSignal && { abortSignal });
    } catch (error) {
      const outcome = READS.has(operation) ? "not_applied" : attempts.outcome;
      throw toS3Error(attempts.unwrap(error), {
        operation,
        key,
        signal,
        outcome,
        sent: attempts.sent,
      });
    }
  }
}

function throwIfAborted({ operation, key, signal }: S3Call): void {
  if (signal?.aborted !== true) return;
  throw new S3AbortedError({
    operation,
    ...(key !== undefined && { key }),
    outcome: "not_applied",
    reason: "aborted by the caller",
    cause: signal.reason,
  });
}
