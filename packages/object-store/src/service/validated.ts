import { validateSync } from "class-validator";

import { InvalidInputError } from "../errors.js";

/**
 * The input as an instance of its DTO. It is not copied deeply: a body may be a stream.
 *
 * @throws InvalidInputError (`invalid_input`) naming every property that is wrong
 */
export function validated<Dto extends object>(dto: new () => Dto, input: unknown): Dto {
  if (typeof input !== "object" || input === null) {
    throw new InvalidInputError(
      `An object was expected, and ${input === null ? "null" : typeof input} came.`,
    );
  }
  const instance = Object.assign(new dto(), input);
  const failures = validateSync(instance, {
    whitelist: true,
    forbidNonWhitelisted: true,
    validationError: { target: false, value: false },
  });
  if (failures.length > 0) {
    const reasons = failures.flatMap(({ constraints }) => Object.values(constraints ?? {}));
    throw new InvalidInputError(`The input is not valid: ${reasons.join("; ")}.`);
  }
  return instance;
}
