/**
 * Receives what happens behind the caller's back, and what the machine lacks, as a message that is
 * always the same and facts.
 * Neither ever holds owners, keys, names, URLs or SQL.
 */
export interface ObjectStoreLogger {
  warn(message: string, facts: Readonly<Record<string, unknown>>): void;
  /**
   * Hears of the end of every call: `operation`, `kind`, `scope`, `seconds`, and `code` when it
   * failed.
   */
  debug?(message: string, facts: Readonly<Record<string, unknown>>): void;
}

/** The logger of a caller, or none, whose own failures change nothing for whoever logs. */
export function safeLogger(given: ObjectStoreLogger | undefined): ObjectStoreLogger {
  if (given === undefined) return { warn: () => undefined };
  const { debug } = given;
  return {
    warn: (message, facts) => void quietly(() => given.warn(message, facts)),
    ...(debug && {
      debug: (message, facts) => void quietly(() => debug.call(given, message, facts)),
    }),
  };
}

async function quietly(log: () => unknown): Promise<void> {
  try {
    await log();
  } catch {
    // There is nobody left to tell.
  }
}

/** What may be told of an error: its message may quote a key or a statement. */
export function errorFacts(error: unknown): { error: string; code: unknown } {
  const isObject = typeof error === "object" && error !== null;
  return {
    error: error instanceof Error ? error.name : typeof error,
    code: isObject && "code" in error ? error.code : undefined,
  };
}
