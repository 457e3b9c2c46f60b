import { InvalidInputError } from "./errors.js";

type Log = (this: unknown, ...said: Parameters<ObjectStoreLogger["warn"]>) => unknown;

/**
 * Receives what happens behind the caller's back, and what the machine lacks, as a message that is
 * always the same and facts.
 * Neither ever holds owners, keys, names, URLs or SQL.
 */
export interface ObjectStoreLogger {
  warn(message: string, facts: Readonly<Record<string, unknown>>): void;
  /**
   * Called at the end of every call: `operation`, `kind`, `scope`, `seconds`, and `code` when it
   * failed.
   */
  debug?(message: string, facts: Readonly<Record<string, unknown>>): void;
}

/**
 * The logger of a caller, or none, whose own failures change nothing for whoever logs.
 *
 * @throws InvalidInputError (`invalid_input`) when it is no logger
 */
export function safeLogger(given: ObjectStoreLogger | null | undefined): ObjectStoreLogger {
  if (given === undefined) return { warn: () => undefined };
  const logger = (given ?? {}) as { warn?: Log; debug?: Log };
  const isFunction = (method: unknown): boolean => typeof method === "function";
  if (!isFunction(logger.warn) || !(logger.debug === undefined || isFunction(logger.debug))) {
    throw new InvalidInputError("logger must have a method warn, and may have a method debug.");
  }
  // Its methods are looked up each time: some loggers replace them when their level changes.
  const quietly = async (log: () => unknown): Promise<void> => {
    try {
      await log();
    } catch {
      // There is nobody left to tell.
    }
  };
  return {
    warn: (...said) => void quietly(() => logger.warn?.(...said)),
    debug: (...said) => void quietly(() => logger.debug?.(...said)),
  };
}

/** What a log may contain of an error, whose message may quote a key or a statement. */
export function errorFacts(error: unknown): { error: string; code: unknown } {
  const isObject = typeof error === "object" && error !== null;
  return {
    error: error instanceof Error ? error.name : typeof error,
    code: isObject && "code" in error ? error.code : undefined,
  };
}
