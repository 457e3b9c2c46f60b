import type { MediaKind } from "@repo/media-inspection";

import { normalizedFileId } from "../checks.js";
import { InvalidCursorError } from "../errors.js";
import { MEDIA_KINDS } from "../kinds.js";

/** Where a run continues. */
export interface FileCursor {
  kind: MediaKind;
  /** The id of the last file that was seen. */
  after: string;
}

export function encodeFileCursor({ kind, after }: FileCursor): string {
  return `${kind}:${after}`;
}

/** @throws InvalidCursorError (`invalid_cursor`) */
export function decodeFileCursor(cursor: unknown): FileCursor {
  const [first, last, ...more] = typeof cursor === "string" ? cursor.split(":", 3) : [];
  const kind = MEDIA_KINDS.find((each) => each === first);
  const after = normalizedFileId(last);
  if (kind === undefined || after === undefined || more.length > 0) {
    throw new InvalidCursorError("The cursor is not one that this call has given.");
  }
  return { kind, after };
}
