/** What is removed from a file: `location` removes places, `all` everything that a viewer or player does not need. */
export type Privacy = "location" | "all";

/** The names of what was removed, as they are told to the caller. */
export type RemovedKind =
  | "exif"
  | "gps"
  | "xmp"
  | "iptc"
  | "comment"
  | "thumbnail"
  | "trailer"
  | "application-data"
  | "text"
  | "tags"
  | "timestamp";

/** One change: `length` bytes at `offset` of the original give way to `bytes` (none: they are dropped). */
export interface Edit {
  readonly offset: number;
  readonly length: number;
  readonly bytes: Uint8Array;
}

/** The changes in the order of their offsets, without overlap, and what they remove. Bytes between edits stay as they are. */
export interface EditPlan {
  readonly edits: readonly Edit[];
  readonly removed: readonly RemovedKind[];
}
