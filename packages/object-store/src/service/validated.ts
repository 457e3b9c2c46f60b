import { getMetadataStorage, validateSync } from "class-validator";

import { InvalidInputError } from "../errors.js";
import { described } from "../described.js";

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
