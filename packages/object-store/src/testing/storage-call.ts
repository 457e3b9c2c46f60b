import type { S3Operation } from "@repo/s3-provider";

import { STORAGE_METHODS } from "../upload/storage-client.js";

/** One call to a storage, as a fault rule sees it. */
export interface StorageCall {
  /** The method's name. */
  readonly operation: S3Operation;
  /** The keys that the call is about; empty for listings. */
  readonly keys: readonly string[];
  /** Counts the calls of this operation, from 1. */
  readonly number: number;
}

const OPERATIONS: ReadonlySet<string> = new Set<S3Operation>([...STORAGE_METHODS, "ensureBucket"]);

export function isOperation(name: string | symbol): name is S3Operation {
  return typeof name === "string" && OPERATIONS.has(name);
}

/** Every operation names its keys in its first argument. */
export function keysOf([first]: readonly unknown[]): string[] {
  if (typeof first === "string") return [first];
  if (Array.isArray(first)) return first.filter((key) => typeof key === "string");
  const isObject = typeof first === "object" && first !== null;
  return isObject && "key" in first && typeof first.key === "string" ? [first.key] : [];
}

/** Every operation takes its signal in its last options object. */
export function signalOf(parameters: readonly unknown[]): AbortSignal | undefined {
  for (const parameter of parameters) {
    if (typeof parameter !== "object" || parameter === null || !("signal" in parameter)) continue;
    if (parameter.signal instanceof AbortSignal) return parameter.signal;
  }
  return undefined;
}
