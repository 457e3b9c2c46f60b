import { ObjectStoreError, OperationAbortedError } from "./errors.js";

/** @throws OperationAbortedError (`operation_aborted`), or the signal's reason if it is one of ours */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  const reason: unknown = signal.reason;
  if (reason instanceof ObjectStoreError) throw reason;
  throw new OperationAbortedError("The caller's signal ended the call.", { cause: reason });
}
