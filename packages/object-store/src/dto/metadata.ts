import { ValidateBy } from "class-validator";

import { described } from "../described.js";
import { InvalidInputError } from "../errors.js";
import type { FileMetadata } from "../file-metadata.js";
import { isStorable } from "./rules.js";

const MAX_BYTES = 4_096;
const MAX_KEY_CHARACTERS_SHOWN = 40;

const RULE =
  "must be an object of strings, finite numbers, booleans and nulls without NUL and lone surrogates, " +
  `at most ${MAX_BYTES} bytes as JSON`;

/** {@link FileMetadata}. */
export function IsMetadata(): PropertyDecorator {
  return ValidateBy({
    name: "isMetadata",
    validator: {
      validate: (value: unknown) => faultOf(value) === undefined,
      defaultMessage: (given) =>
        `${given?.property ?? ""} ${RULE}, and ${faultOf(given?.value) ?? "something else"} came`,
    },
  });
}

/**
 * A copy as PostgreSQL gives it back: the caller's may change, or answer otherwise when it is read again.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function copiedMetadata(name: string, value: unknown): FileMetadata {
  let fault = faultOf(value);
  if (fault === undefined) {
    const copy: unknown = JSON.parse(JSON.stringify({ ...(value as object) }));
    fault = faultOf(copy);
    if (fault === undefined) return copy as FileMetadata;
  }
  throw new InvalidInputError(`${name} ${RULE}, and ${fault} came.`);
}

/** What came instead of metadata, for a message; undefined for metadata. */
function faultOf(value: unknown): string | undefined {
  if (Object.prototype.toString.call(value) !== "[object Object]") {
    const what = described(value);
    return what === "an object" ? "an instance of a class" : what;
  }
  let byteLength = "{}".length;
  for (const [key, item] of Object.entries(value as object) as [string, unknown][]) {
    const fault = faultOfItem(key) ?? faultOfItem(item);
    if (fault !== undefined) {
      return `${fault} in ${JSON.stringify(key.slice(0, MAX_KEY_CHARACTERS_SHOWN))}`;
    }
    if (byteLength > "{}".length) byteLength += ",".length;
    byteLength += Buffer.byteLength(`${JSON.stringify(key)}:${JSON.stringify(item)}`);
    byteLength += zerosOf(item);
    if (byteLength > MAX_BYTES) return "more";
  }
  return undefined;
}

function faultOfItem(item: unknown): string | undefined {
  if (item === null || typeof item === "boolean" || Number.isFinite(item)) return undefined;
  if (typeof item !== "string") return described(item);
  if (item.length > MAX_BYTES) return "more";
  return isStorable(item) ? undefined : "NUL or a lone surrogate";
}

/** The zeros of a number that JavaScript writes with an exponent, and PostgreSQL without. */
function zerosOf(item: unknown): number {
  return typeof item === "number" ? Math.abs(Number(/e(.+)$/.exec(String(item))?.[1] ?? 0)) : 0;
}
