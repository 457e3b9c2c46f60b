import { InvalidCursorError } from "../errors.js";
import type { KeyPosition } from "../repo/inventory-repo.js";
import { fileIdOfKey } from "../upload/storage-key.js";

/** Characters of a cursor that are decoded at most; a key of ours has fewer. */
const MAX_CHARACTERS = 1024;

/** Where a verification goes on: behind this key. */
export interface VerifyPosition extends KeyPosition {
  folder: string;
}

/** A cursor is the key of the last file that was covered, made opaque. */
export function encodeVerifyCursor(key: string): string {
  return Buffer.from(key).toString("base64url");
}

/** @throws InvalidCursorError (`invalid_cursor`) */
export function decodeVerifyCursor(cursor: unknown): VerifyPosition {
  if (typeof cursor !== "string") throw new InvalidCursorError("The cursor must be a string.");
  const key = Buffer.from(cursor.slice(0, MAX_CHARACTERS), "base64url").toString();
  const id = fileIdOfKey(key);
  const [folder = "", scope, userId = null] = key.split("/");
  if (id === undefined || encodeVerifyCursor(key) !== cursor) {
    throw new InvalidCursorError("The cursor was not given out by a verification.");
  }
  return { folder, userId: scope === "users" ? userId : null, id };
}
