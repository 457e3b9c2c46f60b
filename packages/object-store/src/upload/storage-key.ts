import { MEDIA_FORMATS, type MediaFormat } from "@repo/media-inspection";

import { FOLDERS, keyPrefix } from "../kinds.js";

const KEY = new RegExp(
  `^(?:${Object.values(FOLDERS).join("|")})/(?:users/[0-9a-f-]{36}|system)/` +
    "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.[a-z0-9]+$",
);

/**
 * What the key of a new object has before the id of its journal's row, and after it. It holds nothing
 * of the user's input, and as the id is new for every upload, a key is never reused. The database
 * checks what is before the id.
 */
export function storageKey({ userId, format }: { userId: string | null; format: MediaFormat }): {
  keyStart: string;
  keyEnd: string;
} {
  const { kind, extension } = MEDIA_FORMATS[format];
  return { keyStart: keyPrefix(kind, userId), keyEnd: `.${extension}` };
}

/** The key of a direct upload's staged object, which no GET is ever signed for. */
export function stagingKey({ id, userId }: { id: string; userId: string | null }): string {
  return `${keyPrefix("direct_upload", userId)}${id}.upload`;
}

/** Whether a key has the form of the module's: others below its folders are foreign. */
export function isStorageKey(key: string): boolean {
  return KEY.test(key);
}
