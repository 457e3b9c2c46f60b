import { MEDIA_FORMATS, type MediaFormat, type MediaKind } from "@repo/media-inspection";

import { type Owner, ownerSegment, type OwnerType } from "./owner-types.js";

/** What an object in the bucket is: a file of some kind, a variant of one, or the staged bytes of a direct upload. */
export type StoredKind = ServedKind | "direct_upload";

/** The kinds of files, in the order of receipts and lists. */
export const MEDIA_KINDS = ["image", "audio"] as const satisfies readonly MediaKind[];

/** What readers are served: files, and the variants made of them. */
export type ServedKind = MediaKind | "variant";

export const SERVED_KINDS = [...MEDIA_KINDS, "variant"] as const satisfies readonly ServedKind[];

/** The first segment of each kind's keys. */
export const FOLDERS = {
  image: "images",
  audio: "audio",
  variant: "variants",
  direct_upload: "staging",
} as const satisfies Record<StoredKind, string>;

export type Folder = (typeof FOLDERS)[StoredKind];

/** Every kind of object, in the byte order of their keys. */
export const KINDS_IN_KEY_ORDER: readonly StoredKind[] = (
  Object.keys(FOLDERS) as StoredKind[]
).sort((a, b) => (FOLDERS[a] < FOLDERS[b] ? -1 : 1));

/** The start of the keys of one owner's objects of a kind. */
export function keyPrefix(kind: StoredKind, owner: Owner, type: OwnerType): string {
  const segment = owner === null ? "system" : `users/${ownerSegment(type, owner)}`;
  return `${FOLDERS[kind]}/${segment}/`;
}

const UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";

/**
 * What the key of a new object has before the id of its journal's row, and after it. It holds nothing
 * of the user's input, and as the id is new for every upload, a key is never reused. The database
 * checks what is before the id.
 */
export function storageKey(
  format: MediaFormat,
  owner: Owner,
  type: OwnerType,
): { keyStart: string; keyEnd: string } {
  const { kind, extension } = MEDIA_FORMATS[format];
  return { keyStart: keyPrefix(kind, owner, type), keyEnd: `.${extension}` };
}

/** The key of a direct upload's staged object, which no GET is ever signed for. */
export function stagingKey(id: string, owner: Owner, type: OwnerType): string {
  return `${keyPrefix("direct_upload", owner, type)}${id}.upload`;
}

/** What the key of a new variant has before the id of its journal's row. */
export function variantKeyStart(fileId: string, owner: Owner, type: OwnerType): string {
  return `${keyPrefix("variant", owner, type)}${fileId}/`;
}

/** The form of the module's keys, by the type of owners: other keys below its folders are foreign. */
export const STORAGE_KEYS: Readonly<Record<OwnerType, RegExp>> = {
  uuid: storageKeys("[0-9a-f-]{36}"),
  integer: storageKeys("-?\\d+"),
  bigint: storageKeys("-?\\d+"),
  text: storageKeys("(?:[0-9a-f]{2})+"),
};

function storageKeys(owner: string): RegExp {
  const { variant, ...others } = FOLDERS;
  const whose = `/(?:users/${owner}|system)/`;
  const folders = `(?:${Object.values(others).join("|")})${whose}|${variant}${whose}${UUID}/`;
  return new RegExp(`^(?:${folders})${UUID}\\.[a-z0-9]+$`);
}
