import type { Readable } from "node:stream";

import { checkInteger } from "../checks.js";
import { described } from "../described.js";
import { FileRefusedError, GateFailedError, InvalidInputError } from "../errors.js";
import type { OwnerId } from "../owner-types.js";
import { stage } from "../telemetry/telemetry.js";
import { abortable, abortFailure, abortWith } from "../upload/abort.js";
import { storageFailure, type StorageClient } from "../upload/storage-client.js";
import { withOurErrors } from "../upload/with-our-errors.js";
import type { PendingFile } from "../dto/pending-file.js";
import type { BeforeReady } from "./before-ready.js";

const DEFAULT_SECONDS = 60;

/** What a file has to pass once its bytes are in S3, before it is made. */
export class Gate {
  readonly #hooks: readonly BeforeReady<OwnerId>[];
  readonly #seconds: number;

  /** @throws InvalidInputError (`invalid_input`) */
  constructor(
    private readonly s3: StorageClient,
    options: { beforeReady?: unknown; beforeReadyTimeoutSeconds?: unknown },
  ) {
    const { beforeReady = [], beforeReadyTimeoutSeconds = DEFAULT_SECONDS } = options;
    const hooks: readonly unknown[] = Array.isArray(beforeReady) ? beforeReady : [beforeReady];
    for (const hook of hooks) {
      if (typeof hook === "function") continue;
      throw new InvalidInputError(
        `beforeReady must be a function or an array of functions, and ${described(hook)} came.`,
      );
    }
    this.#hooks = hooks as readonly BeforeReady<OwnerId>[];
    this.#seconds = checkInteger("beforeReadyTimeoutSeconds", beforeReadyTimeoutSeconds, 1, 3_600);
  }

  /**
   * Runs the hooks one after another.
   *
   * @param describe tells the facts of the file; called only where there are hooks
   * @throws FileRefusedError (`file_refused`), GateFailedError (`gate_failed`), and the reason of the signal
   */
  async pass(
    key: string,
    describe: () => PendingFile<OwnerId>,
    signal: AbortSignal,
  ): Promise<void> {
    if (this.#hooks.length === 0) return;
    const end = new AbortController();
    const stopFollowing = abortWith(end, [signal]);
    const timer = setTimeout(() => {
      end.abort(
        new GateFailedError(`A check of the file took longer than ${this.#seconds} seconds.`),
      );
    }, this.#seconds * 1000).unref();
    try {
      await stage("gate", () => abortable(this.#runHooks(key, describe(), end.signal), end.signal));
    } catch (error) {
      if (end.signal.aborted) throw abortFailure(end.signal);
      if (error instanceof FileRefusedError) throw error;
      throw new GateFailedError("The file could not be checked. Try again later.", error);
    } finally {
      clearTimeout(timer);
      stopFollowing();
      // Ends what a hook has opened, and what it goes on with.
      end.abort(new GateFailedError("The check of the file is over."));
    }
  }

  async #runHooks(key: string, file: PendingFile<OwnerId>, signal: AbortSignal): Promise<void> {
    const openBytes = (): Promise<Readable> => this.#open(key, signal);
    for (const hook of this.#hooks) {
      signal.throwIfAborted();
      await hook(file, openBytes, { signal });
    }
  }

  async #open(key: string, signal: AbortSignal): Promise<Readable> {
    try {
      const { body } = await this.s3.get(key, { signal });
      return withOurErrors(body, signal);
    } catch (error) {
      throw storageFailure("read the file", error, signal);
    }
  }
}
