import fc from "fast-check";

import { BODIES } from "./bodies.js";
import type { File, Model, NewFile } from "./model.js";
import type { Real } from "./real.js";

type Command = fc.AsyncCommand<Model, Real>;

/** @param title as a failure shows it */
export function command(
  title: string,
  check: (model: Model) => boolean,
  run: (model: Model, real: Real) => Promise<void>,
): Command {
  return { check, run, toString: () => title };
}

/** One more often than others, as one of its keys is, so that calls meet. */
export const owner = fc.constantFrom(0, 1, 1, 2);
const key = fc.constantFrom(undefined, undefined, "k", "k", "k", "l");
export const inTransaction = fc.boolean();
/** One of the files that callers know, whatever became of it. */
export const pick = fc.nat(999);
export const newFile = fc
  .record({ owner, body: fc.nat(BODIES.length - 1), key })
  .map((given): NewFile => ({ ...given, kind: BODIES[given.body]?.kind ?? "images" }));

export function said(what: string, facts: object, isInside = false): string {
  return `${what} ${JSON.stringify(facts)}${isInside ? " in the transaction" : ""}`;
}

export function bytesOf({ body }: NewFile): Buffer {
  const { bytes } = BODIES[body] ?? {};
  if (bytes === undefined) throw new Error(`there is no body ${body}`);
  return bytes;
}

export function keyOf({ key: idempotencyKey }: NewFile): { idempotencyKey?: string } {
  return idempotencyKey === undefined ? {} : { idempotencyKey };
}

export function picked({ known }: Model, at: number): File {
  const file = known[at % known.length];
  if (file === undefined) throw new Error("no file is known");
  return file;
}
