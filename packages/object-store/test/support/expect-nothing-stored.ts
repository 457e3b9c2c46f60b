import { expect } from "@jest/globals";

import { ObjectStoreError } from "../../src/index.js";

/** What can tell all that it stores, such as a harness. */
interface Watched {
  stored(): Promise<unknown>;
}

/** Does something after which all that is stored is as it was before: rows, objects and parts. */
export async function expectNothingChanged<Result>(
  watched: Watched,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = await watched.stored();
  const result = await work();
  expect(await watched.stored()).toEqual(before);
  return result;
}

/**
 * Makes a call that must be refused and must leave nothing: no row in any table, no object and no
 * multipart upload. Gives the refusal.
 */
export async function expectNothingStored(
  watched: Watched,
  call: () => Promise<unknown>,
): Promise<ObjectStoreError> {
  return expectNothingChanged(watched, () => refusalOf(call));
}

/** Makes a call that must be refused. */
export async function refusalOf(call: () => Promise<unknown>): Promise<ObjectStoreError> {
  const refusal = await call().then(failUnrefused, (error: unknown) => error);
  if (!(refusal instanceof ObjectStoreError)) throw refusal;
  return refusal;
}

function failUnrefused(): never {
  throw new Error("the call was not refused");
}
