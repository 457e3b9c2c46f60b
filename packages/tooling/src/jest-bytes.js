import { expect } from "@jest/globals";

/**
 * Compares bytes at once where they are the same: jest looks at them one by one, each as a property,
 * which takes seconds for a few megabytes. Where they differ, jest is left to find out how.
 *
 * @param {unknown} received
 * @param {unknown} expected
 * @returns {true | undefined}
 */
function sameBytes(received, expected) {
  if (!(received instanceof Uint8Array && expected instanceof Uint8Array)) return undefined;
  if (Object.getPrototypeOf(received) !== Object.getPrototypeOf(expected)) return undefined;
  return Buffer.compare(received, expected) === 0 ? true : undefined;
}

expect.addEqualityTesters([sameBytes]);
