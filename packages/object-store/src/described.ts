import { isAnyArrayBuffer, isPromise, isUint8Array } from "node:util/types";

/**
 * What a caller passed, in a few words for a message. Nothing of its content, which may be of any size
 * and hold anything.
 */
export function described(value: unknown): string {
  if (value === null) return "null";
  if (typeof value === "number") return String(value);
  if (typeof value !== "object") return value === undefined ? "undefined" : `a ${typeof value}`;
  if (Array.isArray(value)) return "an array";
  if (Buffer.isBuffer(value)) return "a Buffer";
  if (isUint8Array(value)) return "a Uint8Array";
  if (isAnyArrayBuffer(value)) return "an ArrayBuffer";
  if (isPromise(value)) return "a Promise";
  if (value instanceof Blob) return "a Blob";
  return Symbol.asyncIterator in value ? "a stream" : "an object";
}
