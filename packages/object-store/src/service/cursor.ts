import { createHmac, timingSafeEqual } from "node:crypto";

import { InvalidCursorError } from "../errors.js";
import type { Owner } from "../owner-types.js";

const VERSION = 2;
const ID_BYTES = 16;
const BINDING_BYTES = 16;
const MAX_CHARACTERS = 64;
const NO_SECRET = "object-store cursor";

/** What a cursor is bound to. */
export interface CursorBinding {
  owner: Owner;
  /** Which list of the owner's, with its order and filters, in a form that is the same each time. */
  list: string;
  /** Keys the binding; without one it is a digest that anyone could make. */
  secret: string | undefined;
}

/** An opaque cursor: a version, the binding and the last id of the page. */
export function encodeCursor(lastId: string, binding: CursorBinding): string {
  const id = Buffer.from(lastId.replaceAll("-", ""), "hex");
  return Buffer.concat([Buffer.of(VERSION), authenticated(id, binding), id]).toString("base64url");
}

/**
 * The id that a cursor stands for.
 *
 * @throws InvalidCursorError (`invalid_cursor`) when another list or nobody gave it out
 */
export function decodeCursor(cursor: string, binding: CursorBinding): string {
  // Not more of it than a cursor can have.
  const bytes = Buffer.from(cursor.slice(0, MAX_CHARACTERS), "base64url");
  const id = bytes.subarray(1 + BINDING_BYTES);
  if (
    bytes.length !== 1 + BINDING_BYTES + ID_BYTES ||
    bytes[0] !== VERSION ||
    bytes.toString("base64url") !== cursor ||
    !timingSafeEqual(bytes.subarray(1, 1 + BINDING_BYTES), authenticated(id, binding))
  ) {
    throw new InvalidCursorError("The cursor was not given out by this list.");
  }
  const hex = id.toString("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function authenticated(id: Buffer, { owner, list, secret = NO_SECRET }: CursorBinding): Buffer {
  return createHmac("sha256", secret)
    .update(JSON.stringify([VERSION, owner, list]))
    .update(id)
    .digest()
    .subarray(0, BINDING_BYTES);
}
