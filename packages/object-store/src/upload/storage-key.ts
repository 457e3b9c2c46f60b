import { MEDIA_FORMATS, type MediaFormat, type MediaKind } from "../inspection/media-facts.js";

const FOLDERS = { image: "images", audio: "audio" } as const satisfies Record<MediaKind, string>;

/**
 * The key of a file's object. It holds nothing of the user's input, and as the id is new for every
 * upload, a key is never reused. The database checks the same form.
 */
export function storageKey(file: {
  id: string;
  userId: string | null;
  format: MediaFormat;
}): string {
  const { kind, extension } = MEDIA_FORMATS[file.format];
  const owner = file.userId === null ? "system" : `users/${file.userId}`;
  return `${FOLDERS[kind]}/${owner}/${file.id}.${extension}`;
}
