import { ValidateBy } from "class-validator";

import { described } from "../../described.js";

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
