import { inspect } from "node:util";

import type { Quota } from "./quota/quota.js";

/** Every stable code that an error of this module can carry. */
export type ObjectStoreErrorCode =
  | "access_denied"
  | "checksum_mismatch"
  | "database_error"
  | "database_unavailable"
  | "direct_upload_expired"
  | "direct_upload_incomplete"
  | "direct_upload_not_found"
  | "empty_file"
  | "file_in_use"
  | "file_not_found"
  | "file_refused"
  | "file_too_large"
  | "gate_failed"
  | "idempotency_conflict"
  | "inspection_interrupted"
  | "invalid_cursor"
  | "invalid_input"
  | "invalid_media"
  | "invalid_range"
  | "length_mismatch"
  | "operation_aborted"
  | "owner_not_found"
  | "quota_exceeded"
  | "resource_unavailable"
  | "rule_broken"
  | "source_failed"
  | "storage_error"
  | "storage_unavailable"
  | "store_closed"
  | "unsupported_media_type"
  | "upload_aborted"
  | "upload_expired"
  | "upload_in_progress"
  | "variant_failed"
  | "variant_not_ready"
  | "variants_busy";

/**
 * Whom an error concerns: `input`, an argument of the call; `content`, the bytes of the file; `access`,
 * a file or owner that does not exist or is not the scope's; `conflict`, the state of the file, upload,
 * key or quota; `ended`, a call that was given up before its end; `server`, PostgreSQL, S3 or this machine.
 */
export type ErrorCategory = "input" | "content" | "access" | "conflict" | "ended" | "server";

const CATEGORIES: Readonly<Record<ObjectStoreErrorCode, ErrorCategory>> = {
  access_denied: "access",
  checksum_mismatch: "content",
  database_error: "server",
  database_unavailable: "server",
  direct_upload_expired: "conflict",
  direct_upload_incomplete: "conflict",
  direct_upload_not_found: "access",
  empty_file: "content",
  file_in_use: "conflict",
  file_not_found: "access",
  file_refused: "content",
  file_too_large: "content",
  gate_failed: "server",
  idempotency_conflict: "conflict",
  inspection_interrupted: "ended",
  invalid_cursor: "input",
  invalid_input: "input",
  invalid_media: "content",
  invalid_range: "input",
  length_mismatch: "content",
  operation_aborted: "ended",
  owner_not_found: "access",
  quota_exceeded: "conflict",
  resource_unavailable: "server",
  rule_broken: "content",
  source_failed: "ended",
  storage_error: "server",
  storage_unavailable: "server",
  store_closed: "ended",
  unsupported_media_type: "content",
  upload_aborted: "ended",
  upload_expired: "ended",
  upload_in_progress: "conflict",
  variant_failed: "content",
  variant_not_ready: "conflict",
  variants_busy: "server",
};

interface ErrorFacts {
  /** The lower-level error, kept for logs. */
  cause?: unknown;
  /** Whether the same call may succeed later without being changed. */
  retryable?: boolean;
}

/** Marks the errors of every copy of this package. */
const OF_PACKAGE = Symbol.for("@repo/object-store/error");

/**
 * Base of every error that this module throws on purpose. `code` is stable across releases;
 * `message` says what was expected and what came, and is safe to show to the caller.
 *
 * `util.inspect` and `console` print only the name and the code of a `cause`: the messages of
 * foreign errors may quote keys, users, statements and signed URLs. Log `error.cause` to see it all.
 * `console.dir`, Node when it prints an error that nobody caught, and loggers that serialize `cause`
 * show it whole.
 */
export abstract class ObjectStoreError extends Error {
  /**
   * True for errors of another copy of this package as well, which it knows by their names.
   *
   * @hidden
   */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (super[Symbol.hasInstance](value)) return true;
    if (!(value as Record<symbol, unknown> | null | undefined)?.[OF_PACKAGE]) return false;
    return this === ObjectStoreError || this.name === (value as Error).name;
  }

  abstract readonly code: ObjectStoreErrorCode;
  /** Whether the same call may succeed later without being changed. */
  readonly retryable: boolean;

  constructor(message: string, facts: ErrorFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.name = new.target.name;
    this.retryable = facts.retryable ?? false;
  }

  /** Whom the error concerns, by its code. */
  get category(): ErrorCategory {
    return CATEGORIES[this.code];
  }

  [inspect.custom](): string {
    const { code, retryable, cause } = this;
    const facts = inspect({ code, retryable, ...(cause !== undefined && { cause: named(cause) }) });
    return `${this.stack ?? this.message} ${facts}`;
  }
}

Object.defineProperty(ObjectStoreError.prototype, OF_PACKAGE, { value: true });

/** The name and the code of each error in a chain of causes. */
function named(error: unknown, depth = 0): string {
  if (!(error instanceof Error)) return typeof error;
  const { code } = error as { code?: unknown };
  const name = typeof code === "string" ? `${error.name} ${code}` : error.name;
  return error.cause === undefined || depth > 8
    ? name
    : `${name} < ${named(error.cause, depth + 1)}`;
}

/** Raised when an argument has the wrong shape or is out of its bounds. */
export class InvalidInputError extends ObjectStoreError {
  readonly code = "invalid_input";
}

/** Raised when a list is continued with a cursor that this list did not give out. */
export class InvalidCursorError extends ObjectStoreError {
  readonly code = "invalid_cursor";
}

/** Raised when the requested byte range lies outside the file. */
export class InvalidRangeError extends ObjectStoreError {
  readonly code = "invalid_range";
}

/** Raised when the body ends before its first byte. */
export class EmptyFileError extends ObjectStoreError {
  readonly code = "empty_file";
}

/**
 * Raised when a rule of the application's forbids to delete a file: a foreign key that refers to it, or
 * what setting that to null or to its default would break. The message names nothing of the
 * application's schema; `table` and `constraint` do.
 */
export class FileInUseError extends ObjectStoreError {
  readonly code = "file_in_use";

  /**
   * @param table whose rule it is
   * @param constraint that refused; undefined for NOT NULL, which has no name
   */
  constructor(
    readonly table: string | undefined,
    readonly constraint: string | undefined,
    cause?: unknown,
  ) {
    super("The file is in use: another row refers to it.", { cause });
  }
}

/** Raised when the body holds more bytes than the limit, or when its source cut it at a limit of its own. */
export class FileTooLargeError extends ObjectStoreError {
  readonly code = "file_too_large";
  /** The limit in bytes. */
  readonly maxBytes: number;

  /** @param isCut whether the source cut the body after so many bytes */
  constructor(maxBytes: number, { isCut = false } = {}) {
    super(
      isCut
        ? `The body was cut off by its source after ${maxBytes} bytes.`
        : `The file is larger than the limit of ${maxBytes} bytes.`,
    );
    this.maxBytes = maxBytes;
  }
}

/**
 * Raised when a file has no room in its owner's quota, together with what the owner has and what is under way.
 * Deleting files makes room.
 */
export class QuotaExceededError extends ObjectStoreError {
  readonly code = "quota_exceeded";
  /** The quota of the owner. */
  readonly quota: Quota;

  constructor(quota: Quota) {
    const limits = (["bytes", "files"] as const).flatMap((name) =>
      quota[name] === undefined ? [] : [`${quota[name]} ${name}`],
    );
    super(`The file has no room in its owner's quota of ${limits.join(" and ")}.`);
    this.quota = quota;
  }
}

/** Raised when the body holds another number of bytes than its source announced. */
export class LengthMismatchError extends ObjectStoreError {
  readonly code = "length_mismatch";

  constructor(announced: number, actual: number) {
    super(`The body announced ${announced} bytes and held ${actual}.`);
  }
}

/** Raised when the bytes of a direct upload have another digest than was announced. */
export class ChecksumMismatchError extends ObjectStoreError {
  readonly code = "checksum_mismatch";

  constructor(algorithm: string, announced: Uint8Array, actual: Uint8Array) {
    const [expected, came] = [announced, actual].map((digest) =>
      Buffer.from(digest).toString("hex"),
    );
    super(
      `The ${algorithm} digest ${expected ?? ""} was announced, and that of the file is ${came ?? ""}.`,
    );
  }
}

/** Raised when no such direct upload exists in the scope, or none any more. */
export class DirectUploadNotFoundError extends ObjectStoreError {
  readonly code = "direct_upload_not_found";

  constructor(id: string) {
    super(`There is no direct upload ${JSON.stringify(id.slice(0, 64))} in this scope.`);
  }
}

/** Raised when a direct upload is to be completed whose bytes are not, or no more, all in S3. */
export class DirectUploadIncompleteError extends ObjectStoreError {
  readonly code = "direct_upload_incomplete";

  constructor(message: string, cause?: unknown) {
    super(message, { cause, retryable: true });
  }
}

/**
 * Raised when a direct upload was not completed in time or was cancelled, or when it is too late to send
 * what is missing of it.
 */
export class DirectUploadExpiredError extends ObjectStoreError {
  readonly code = "direct_upload_expired";

  constructor() {
    super("The direct upload was not completed in time, or was cancelled. Create another one.");
  }
}

/**
 * Raised when a direct upload is completed again that was refused before, or is to go on, with the code
 * of then.
 */
export class DirectUploadRefusedError extends ObjectStoreError {
  /** @param applicationCode that of then, of a `file_refused` */
  constructor(
    readonly code: ObjectStoreErrorCode,
    message: string,
    readonly applicationCode?: string,
  ) {
    super(message);
  }
}

/** Raised when the content is none of the formats that the call accepts. */
export class UnsupportedMediaTypeError extends ObjectStoreError {
  readonly code = "unsupported_media_type";
}

/** Raised when a file does not meet the `rules` of its upload. Nothing is kept. */
export class RuleBrokenError extends ObjectStoreError {
  readonly code = "rule_broken";

  /**
   * @param rule such as `minWidth`
   * @param expected the bound that it sets
   * @param actual what the file has
   */
  constructor(
    readonly rule: string,
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`The file must meet ${rule}: ${expected}, and has ${Number(actual.toPrecision(6))}.`);
  }
}

const APPLICATION_CODE = /^[\w.-]{1,64}$/;
const MAX_MESSAGE_CHARACTERS = 500;

/** To be thrown by a `beforeReady` hook: refuses the file, of which nothing is kept. */
export class FileRefusedError extends ObjectStoreError {
  readonly code = "file_refused";

  /**
   * @param applicationCode of your own: 1 to 64 letters, digits, `_`, `.` and `-`
   * @param message for people, of which 500 characters (UTF-16 code units) are kept
   * @throws InvalidInputError (`invalid_input`) for another code
   */
  constructor(
    readonly applicationCode: string,
    message = "The file was refused.",
    facts: { cause?: unknown } = {},
  ) {
    if (!APPLICATION_CODE.test(applicationCode)) {
      throw new InvalidInputError(
        "The code of a refusal must be 1 to 64 letters, digits, underscores, dots and hyphens.",
      );
    }
    const shown = message.slice(0, MAX_MESSAGE_CHARACTERS).replaceAll("\0", "").toWellFormed();
    super(shown, { cause: facts.cause });
  }
}

/**
 * Raised when a `beforeReady` hook throws anything but FileRefusedError, or does not end in time. Nothing
 * of the upload is kept; a direct upload can be completed again.
 */
export class GateFailedError extends ObjectStoreError {
  readonly code = "gate_failed";

  constructor(message: string, cause?: unknown) {
    super(message, { cause, retryable: true });
  }
}

/** Raised when the content begins as a supported format but is broken or beyond the limits. */
export class InvalidMediaError extends ObjectStoreError {
  readonly code = "invalid_media";
}

/** Raised when the thread that hashes a large file is lost. Nothing is kept. */
export class InspectionInterruptedError extends ObjectStoreError {
  readonly code = "inspection_interrupted";

  constructor(cause?: unknown) {
    super("The inspection of the file was interrupted. Upload the file again.", {
      cause,
      retryable: true,
    });
  }
}

/** What the machine may run out of. */
export type Resource =
  | "disk space"
  | "file descriptors"
  | "memory"
  | "processes"
  | "temporary folder";

/**
 * Raised when the machine that runs this process lacks something: the file is not at fault, and
 * nothing is kept. `retryable` where the shortage passes by itself (file descriptors, processes,
 * memory, disk space); not where somebody has to change something, such as a temporary folder that
 * cannot be written to.
 */
export class ResourceUnavailableError extends ObjectStoreError {
  readonly code = "resource_unavailable";
  readonly resource: Resource;

  constructor(resource: Resource, facts: { cause?: unknown; retryable: boolean }) {
    const advice = facts.retryable ? "Try again later." : "Its operator has to repair that.";
    super(`The server has no usable ${resource} at present. ${advice}`, facts);
    this.resource = resource;
  }
}

/** Raised when no such file exists, or none that the scope may see. */
export class FileNotFoundError extends ObjectStoreError {
  readonly code = "file_not_found";

  constructor(id: string) {
    super(`There is no file ${JSON.stringify(id.slice(0, 64))} in this scope.`);
  }
}

/** Raised when a URL or a download is asked for of a variant that was not made yet. */
export class VariantNotReadyError extends ObjectStoreError {
  readonly code = "variant_not_ready";

  constructor(recipe: string) {
    super(`The variant ${recipe} of the file was not made yet: call variant().`, {
      retryable: true,
    });
  }
}

/** Raised when a variant cannot be made of a file, as was found out before or just now. */
export class VariantFailedError extends ObjectStoreError {
  readonly code = "variant_failed";
  /** Why, for people. */
  readonly reason: string;

  constructor(recipe: string, reason: string, cause?: unknown) {
    super(`The variant ${recipe} cannot be made of the file: ${reason}.`, { cause });
    this.reason = reason;
  }
}

/** Raised when this process has more variants to make than it lets wait. */
export class VariantsBusyError extends ObjectStoreError {
  readonly code = "variants_busy";

  constructor(cause?: unknown) {
    super("Too many variants are being made at present. Try again later.", {
      cause,
      retryable: true,
    });
  }
}

/** Raised when the scope may see the file but not change it. */
export class AccessDeniedError extends ObjectStoreError {
  readonly code = "access_denied";
}

/**
 * Raised when a file is stored for a user that does not exist, or that a transaction creates which is
 * still open: pass that transaction.
 */
export class OwnerNotFoundError extends ObjectStoreError {
  readonly code = "owner_not_found";

  constructor(cause?: unknown) {
    super(
      "There is no such owner, or a transaction that is still open creates it: pass that transaction.",
      { cause },
    );
  }
}

/**
 * Raised when the body's source fails while it is read, gives no byte for the provider's
 * `sourceTimeoutSeconds`, or is an HTTP request that was cut off.
 */
export class SourceFailedError extends ObjectStoreError {
  readonly code = "source_failed";
}

/** Raised when the caller's AbortSignal ends an upload or a download. */
export class UploadAbortedError extends ObjectStoreError {
  readonly code = "upload_aborted";
}

/** Raised when the caller's AbortSignal ends a call other than a transfer. What it did stays done. */
export class OperationAbortedError extends ObjectStoreError {
  readonly code = "operation_aborted";
}

/**
 * Raised when an upload, or the making of a variant, outlives its lease and the sweeper took it over, or
 * takes longer than the provider's `uploadTimeoutSeconds`. Nothing of it is kept.
 */
export class UploadExpiredError extends ObjectStoreError {
  readonly code = "upload_expired";

  /** @param seconds the bound that the upload exceeded; absent when it lost its lease */
  constructor(seconds?: number) {
    const bound = seconds === undefined ? "its lease" : `${seconds} seconds`;
    super(`The upload took longer than ${bound} and was given up. Try again.`, {
      retryable: true,
    });
  }
}

/** Raised when an idempotency key was used before, for other bytes or for another kind of file. */
export class IdempotencyConflictError extends ObjectStoreError {
  readonly code = "idempotency_conflict";

  constructor() {
    super("This idempotency key belongs to an earlier upload of another file.");
  }
}

/**
 * Raised when an open transaction holds an idempotency key: another caller's transaction, which has
 * stored a file under the key and has been open for five seconds more, or the caller's own, which has
 * deleted the key's file.
 */
export class UploadInProgressError extends ObjectStoreError {
  readonly code = "upload_in_progress";

  constructor() {
    super(
      "A transaction that is still open holds this idempotency key; it is free once that has ended.",
      {
        retryable: true,
      },
    );
  }
}

/** Raised when the store was closed before the call, or while it was under way. Nothing is kept. */
export class StoreClosedError extends ObjectStoreError {
  readonly code = "store_closed";

  constructor() {
    super("The store is closed in this process. Try again.", { retryable: true });
  }
}

/** Raised when S3 cannot be reached, does not answer in time, is overloaded, or something else answers. */
export class StorageUnavailableError extends ObjectStoreError {
  readonly code = "storage_unavailable";

  constructor(message: string, cause?: unknown) {
    super(message, { cause, retryable: true });
  }
}

/** Raised when S3 refuses a request in a way that a repetition will not cure. */
export class StorageError extends ObjectStoreError {
  readonly code = "storage_error";
}

/**
 * Raised when PostgreSQL cannot be reached or is overloaded, when no connection or lock was free in
 * time, and after a deadlock or serialization failure.
 */
export class DatabaseUnavailableError extends ObjectStoreError {
  readonly code = "database_unavailable";

  constructor(message: string, cause?: unknown) {
    super(message, { cause, retryable: true });
  }
}

/** Raised when PostgreSQL refuses a statement in a way that a repetition will not cure. */
export class DatabaseError extends ObjectStoreError {
  readonly code = "database_error";
}
