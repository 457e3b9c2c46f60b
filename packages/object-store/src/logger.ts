/** Receives what happens behind the caller's back. Facts never hold keys, names or URLs. */
export interface ObjectStoreLogger {
  warn(message: string, facts: Readonly<Record<string, unknown>>): void;
}

export const silentLogger: ObjectStoreLogger = { warn: () => undefined };
