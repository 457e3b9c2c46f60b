import { DEFAULT_INSPECTION_LIMITS, type InspectionLimits } from "@repo/media-inspection";
import type { Sequelize, Transaction } from "sequelize";

import { otherCopies } from "./copies.js";
import { described } from "./described.js";
import { FileNotFoundError, InvalidInputError } from "./errors.js";
import { isUuid } from "./owner-types.js";
import { STORAGE_METHODS, type StorageClient } from "./upload/storage-client.js";

/** Options that were checked: null is none. */
export type Checked<Options> = Options & { transaction?: Transaction | undefined };

const CALLBACKS = ["onProgress", "onFinding", "onLine"];

/**
 * The options of a call. Callers without type checking may pass anything: what all calls share is
 * checked here, and what a call has of its own is checked there.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function checkOptions<Options extends object>(
  given: Options | null | undefined,
): Checked<Options> {
  const options: Options & { signal?: unknown; transaction?: unknown } = given ?? ({} as Options);
  if (typeof options !== "object" || Array.isArray(options)) {
    throw new InvalidInputError(`The options must be an object, and ${described(options)} came.`);
  }
  const { signal, transaction } = options;
  if (!isAbsent(signal)) checkSignal(signal);
  if (!isAbsent(transaction)) checkTransaction(transaction);
  for (const name of CALLBACKS) checkFunction(name, (options as Record<string, unknown>)[name]);
  if (signal !== null && transaction !== null) return options as Checked<Options>;
  return {
    ...options,
    signal: signal ?? undefined,
    transaction: transaction ?? undefined,
  } as Checked<Options>;
}

/** Null as well, which `fetch` takes for no signal and Sequelize for no transaction. */
function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/** Told by what it can do, as an application may bring a polyfill. */
function checkSignal(signal: unknown): void {
  const { aborted, addEventListener } = signal as Partial<AbortSignal>;
  if (typeof aborted === "boolean" && typeof addEventListener === "function") return;
  throw new InvalidInputError(`signal must be an AbortSignal, and ${described(signal)} came.`);
}

function checkFunction(name: string, value: unknown): void {
  if (value === undefined || typeof value === "function") return;
  throw new InvalidInputError(`${name} must be a function, and ${described(value)} came.`);
}

/** Told by what it can do, as an application may have another copy of Sequelize. */
function checkTransaction(transaction: unknown): void {
  const { commit, rollback, afterCommit, finished } = transaction as Partial<
    Transaction & { finished: string }
  >;
  if (![commit, rollback, afterCommit].every((method) => typeof method === "function")) {
    throw new InvalidInputError(
      `transaction must be one of Sequelize's, and ${described(transaction)} came.`,
    );
  }
  if (finished !== undefined) {
    throw new InvalidInputError(`transaction must be open; it ended with ${finished}.`);
  }
}

const MAX_KEY_CHARACTERS = 255;

/** @throws InvalidInputError (`invalid_input`) unless the value is a whole number in the range */
export function checkInteger(name: string, value: unknown, min: number, max: number): number {
  if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) {
    return value;
  }
  throw new InvalidInputError(
    `${name} must be a whole number from ${min} to ${max}, and ${described(value)} came.`,
  );
}

/** @throws InvalidInputError (`invalid_input`) */
export function checkBoolean(name: string, value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new InvalidInputError(`${name} must be true or false, and ${described(value)} came.`);
}

const MIN_SECRET_CHARACTERS = 16;

/** @throws InvalidInputError (`invalid_input`) unless the value is absent or long enough */
export function checkSecret(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && value.length >= MIN_SECRET_CHARACTERS) return value;
  throw new InvalidInputError(
    `${name} must be a string of at least ${MIN_SECRET_CHARACTERS} characters.`,
  );
}

/** @throws InvalidInputError (`invalid_input`) unless every limit is a number of 0 or more */
export function checkLimits(given: unknown): Partial<InspectionLimits> {
  const limits: Partial<Record<string, unknown>> = checkOptions(given as object | undefined);
  const known = Object.keys(DEFAULT_INSPECTION_LIMITS).filter((name) => limits[name] !== undefined);
  return Object.fromEntries(known.map((name) => [name, checkLimit(name, limits[name])]));
}

function checkLimit(name: string, value: unknown): number {
  if (typeof value === "number" && value >= 0) return value;
  throw new InvalidInputError(
    `${name} must be a number of 0 or more, and ${described(value)} came.`,
  );
}

/** @throws InvalidInputError (`invalid_input`) */
export function checkPooler(value: unknown): "transaction" | undefined {
  if (value === undefined || value === "transaction") return value;
  throw new InvalidInputError(
    `pooler must be "transaction" or absent, and ${described(value)} came.`,
  );
}

/** @throws InvalidInputError (`invalid_input`) */
export function checkReads(value: unknown): "primary" | "replica" {
  if (value === "primary" || value === "replica") return value;
  throw new InvalidInputError(
    `reads must be "primary" or "replica", and ${described(value)} came.`,
  );
}

/** @throws InvalidInputError (`invalid_input`) unless it is an array of so many at most */
export function checkIds(call: string, ids: readonly string[], max: number): readonly string[] {
  const given: unknown = ids;
  // Spread, as `every` passes over the holes of an array.
  const isList = (list: readonly unknown[]) => [...list].every((id) => typeof id === "string");
  if (Array.isArray(given) && given.length <= max && isList(given)) return ids;
  throw new InvalidInputError(
    `${call} takes an array of at most ${max} ids, and ${describedIds(given)} came.`,
  );
}

function describedIds(given: unknown): string {
  if (!Array.isArray(given)) return described(given);
  const other = [...(given as unknown[])].find((id) => typeof id !== "string");
  return `one of ${given.length}` + (other === undefined ? "" : `, with ${described(other)},`);
}

/** The id as the database writes it, or undefined for one that no file can have. */
export function normalizedFileId(id: unknown): string | undefined {
  return isUuid(id) ? id.toLowerCase() : undefined;
}

/**
 * An id that no file can have is the same as one that no file has.
 *
 * @throws FileNotFoundError (`file_not_found`)
 */
export function checkFileId(id: unknown): string {
  const fileId = normalizedFileId(id);
  if (fileId === undefined)
    throw new FileNotFoundError(typeof id === "string" ? id : described(id));
  return fileId;
}

/** @throws InvalidInputError (`invalid_input`) unless the database can hold the key */
export function checkIdempotencyKey(key: unknown): void {
  const isKey =
    typeof key === "string" &&
    key !== "" &&
    key.length <= 2 * MAX_KEY_CHARACTERS &&
    Array.from(key).length <= MAX_KEY_CHARACTERS &&
    key.isWellFormed() &&
    !key.includes("\0");
  if (isKey) return;
  throw new InvalidInputError(
    `idempotencyKey must be a string of 1 to ${MAX_KEY_CHARACTERS} characters of well-formed Unicode without NUL.`,
  );
}

interface Servers {
  database: Sequelize;
  s3: StorageClient;
}

/**
 * The servers that a provider or maintenance works with.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function checkServers(options: Servers): Servers {
  const { database, s3 } = checkOptions<{ database?: Sequelize; s3?: StorageClient | null }>(
    options,
  );
  const dialect: unknown =
    typeof database?.getDialect === "function" ? database.getDialect() : undefined;
  if (database === undefined || dialect !== "postgres") {
    const came = typeof dialect === "string" ? `one for ${dialect}` : described(database);
    throw new InvalidInputError(`database must be a Sequelize for PostgreSQL, and ${came} came.`);
  }
  // Not by its class, as an application may have another copy.
  const { version } = database.constructor as { version?: unknown };
  if (!/^6\./.test(String(version))) {
    throw new InvalidInputError(
      `database must be of Sequelize 6, and one of ${String(version)} came.`,
    );
  }
  // Maintenance may be given a part of one.
  if (typeof s3 !== "object" || s3 === null || Array.isArray(s3)) {
    throw new InvalidInputError(`s3 must be an S3Provider, and ${described(s3)} came.`);
  }
  return { database, s3 };
}

/**
 * A storage may come from another version of the package, as a library of the application's may have one.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function checkStorage(s3: Partial<StorageClient>): void {
  const lacks = STORAGE_METHODS.filter((method) => typeof s3[method] !== "function");
  if (lacks.length === 0) return;
  throw new InvalidInputError(
    `s3 must be an S3Provider, and one without ${lacks.join(", ")} came.${otherCopies()}`,
  );
}
