import { createHash } from "node:crypto";

import { validate as isUuid } from "uuid";

import { InvalidCursorError } from "../errors.js";

const VERSION = 1;
const ID_BYTES = 16;
const BINDING_BYTES = 8;

/** What a cursor is bound to: whose list it continues, and which. */
export interface CursorBinding {
  owner: string | null;
  list: "image" | "audio" | "all";
}

/** An opaque cursor: a version, the binding's digest and the last id of the page. */
export function encodeCursor(lastId: string, binding: CursorBinding): string {
  const id = Buffer.from(lastId.replaceAll("-", ""), "hex");
  return Buffer.concat([Buffer.of(VERSION), digest(id, binding), id]).toString("base64url");
}

/**
 * The id that a cursor stands for.
 *
 * @throws InvalidCursorError (`invalid_cursor`) when another list or nobody gave it out
 */
export function decodeCursor(cursor: string, binding: CursorBinding): string {
  const bytes = Buffer.from(cursor, "base64url");
  const id = bytes.subarray(1 + BINDING_BYTES);
  if (
    bytes.length !== 1 + BINDING_BYTES + ID_BYTES ||
    bytes[0] !== VERSION ||
    bytes.toString("base64url") !== cursor ||
    !bytes.subarray(1, 1 + BINDING_BYTES).equals(digest(id, binding))
  ) {
    throw new InvalidCursorError("The cursor was not given out by this list.");
  }
  const hex = id.toString("hex");
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  if (!isUuid(uuid)) throw new InvalidCursorError("The cursor was not given out by this list.");
  return uuid;
}

function digest(id: Buffer, { owner, list }: CursorBinding): Buffer {
  return createHash("sha256")
    .update(`${VERSION}\0${list}\0${owner ?? ""}\0`)
    .update(id)
    .digest()
    .subarray(0, BINDING_BYTES);
}
