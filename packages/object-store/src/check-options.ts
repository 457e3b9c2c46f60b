import type { Transaction } from "sequelize";

import { InvalidInputError } from "./errors.js";
import { described } from "./described.js";

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
