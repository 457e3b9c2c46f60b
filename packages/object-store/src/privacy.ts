import type { Privacy } from "@repo/media-inspection";

import { described } from "./described.js";
import { InvalidInputError } from "./errors.js";

/**
 * What is removed from a file before it is stored, without a change of its pixels or samples: nothing
 * (`keep`), the places that it names (`location`), or everything that viewers and players do not need
 * (`all`).
 */
export type PrivacyChoice = "keep" | Privacy;

/** @throws InvalidInputError (`invalid_input`) */
export function checkPrivacy(given: unknown): PrivacyChoice {
  if (given === "keep" || given === "location" || given === "all") return given;
  throw new InvalidInputError(
    `privacy must be "keep", "location" or "all", and ${described(given)} came.`,
  );
}
