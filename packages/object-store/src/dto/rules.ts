import { isUint8Array } from "node:util/types";

import { getMetadataStorage, ValidateBy, validateSync } from "class-validator";

import { described } from "../described.js";
import { InvalidInputError } from "../errors.js";
import { type MediaBody, pathOf } from "../upload/media-body.js";

/** A string of at most so many UTF-16 code units; its length is all that is looked at. */
export function IsText(maxLength: number): PropertyDecorator {
  return ValidateBy({
    name: "isText",
    validator: {
      validate: (value: unknown) => typeof value === "string" && value.length <= maxLength,
      defaultMessage: (given) =>
        `${given?.property ?? ""} must be a string of at most ${maxLength} characters, and ${described(given?.value)} came`,
    },
  });
}

const RULE =
  "body must be a Buffer, Uint8Array, Blob, stream or async iterable of bytes, or fromPath(path)";

/** One of the shapes of {@link MediaBody}. */
export function IsMediaBody(): PropertyDecorator {
  return ValidateBy({
    name: "isMediaBody",
    validator: {
      validate: isMediaBody,
      defaultMessage: (given) => `${RULE}, and ${described(given?.value)} came`,
    },
  });
}

function isMediaBody(value: unknown): value is MediaBody {
  if (typeof value !== "object" || value === null) return false;
  return (
    isUint8Array(value) ||
    value instanceof Blob ||
    Symbol.asyncIterator in value ||
    pathOf(value) !== undefined
  );
}

/** A string that PostgreSQL can hold, of at most so many UTF-16 code units. */
export function IsStorableText(maxLength: number): PropertyDecorator {
  return ValidateBy({
    name: "isStorableText",
    validator: {
      validate: (value: unknown) => textFault(value, maxLength) === undefined,
      defaultMessage: (given) =>
        `${given?.property ?? ""} ${textRule(maxLength)}, and ${textFault(given?.value, maxLength) ?? "another"} came`,
    },
  });
}

/**
 * @param name of what the text is, for the message
 * @throws InvalidInputError (`invalid_input`)
 */
export function checkText(name: string, value: unknown, maxLength: number): string {
  const fault = textFault(value, maxLength);
  if (fault === undefined) return value as string;
  throw new InvalidInputError(`${name} ${textRule(maxLength)}, and ${fault} came.`);
}

function textRule(maxLength: number): string {
  return `must be a string of at most ${maxLength} characters of well-formed Unicode without NUL`;
}

/** What came instead of such a text, for a message; undefined for one. */
function textFault(value: unknown, maxLength: number): string | undefined {
  if (typeof value !== "string") return described(value);
  if (value.length > maxLength) return `one of ${value.length}`;
  return isStorable(value) ? undefined : "one with NUL or a lone surrogate";
}

/** Whether PostgreSQL can hold a string. */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** Unknown properties that a message names at most, and how much of each name. */
const MAX_NAMES = 5;
const MAX_NAME_CHARACTERS = 40;

/**
 * The input as an instance of its DTO: its known properties, neither more nor deeper, as a body may be
 * a stream.
 *
 * @param hint what to write instead of what is no object
 * @throws InvalidInputError (`invalid_input`) naming every property that is wrong
 */
export function validated<Dto extends object>(
  dto: new () => Dto,
  input: unknown,
  hint: string,
): Dto {
  if (!isRecord(input)) {
    throw new InvalidInputError(`An object was expected, and ${described(input)} came. ${hint}`);
  }
  const names = propertiesOf(dto);
  const unknown = Object.keys(input).filter((name) => !names.has(name));
  if (unknown.length > 0) throw new InvalidInputError(`The input has ${listed(unknown)}. ${hint}`);
  const instance = new dto();
  for (const name of names) {
    if (Object.hasOwn(input, name)) Object.assign(instance, { [name]: input[name] });
  }
  const failures = validateSync(instance, { validationError: { target: false, value: false } });
  if (failures.length > 0) {
    const reasons = failures.flatMap(({ constraints }) => Object.values(constraints ?? {}));
    throw new InvalidInputError(`The input is not valid: ${reasons.join("; ")}.`);
  }
  return instance;
}

/** No list or bytes, which have a property for each item, and nothing that is a body itself. */
function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !ArrayBuffer.isView(value) && !(value instanceof Blob) && !(Symbol.asyncIterator in value);
}

const known = new Map<new () => object, ReadonlySet<string>>();

function propertiesOf(dto: new () => object): ReadonlySet<string> {
  let names = known.get(dto);
  if (names === undefined) {
    const rules = getMetadataStorage().getTargetValidationMetadatas(dto, "", false, false);
    names = new Set(rules.map(({ propertyName }) => propertyName));
    known.set(dto, names);
  }
  return names;
}

function listed(names: readonly string[]): string {
  const shown = names
    .slice(0, MAX_NAMES)
    .map((name) => JSON.stringify(name.slice(0, MAX_NAME_CHARACTERS)));
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : "";
  return `properties that the call does not take: ${shown.join(", ")}${more}`;
}
