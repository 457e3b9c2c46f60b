import type { MediaKind } from "@repo/media-inspection";

import type { EventModel } from "../models/event.model.js";
import type { Owner, OwnerId } from "../owner-types.js";

/** What every event has. */
interface EventOf<Type extends string, Id extends OwnerId> {
  readonly type: Type;
  /** The same in each attempt, so that a handler can tell what it has handled already. */
  readonly id: string;
  readonly kind: MediaKind;
  readonly fileId: string;
  /** The owner's id; null for a system-wide file. */
  readonly owner: Id | null;
  /** When it happened, by the database's clock. */
  readonly at: Date;
  /** 1 at first. */
  readonly attempt: number;
}

/** What can change of a file: what was said of it, or its bytes by `strip`. */
export type ChangedPart = "filename" | "title" | "altText" | "metadata" | "transcript" | "content";

/** A file is there, by an upload or a direct upload. */
export type FileReadyEvent<Id extends OwnerId = string> = EventOf<"file.ready", Id>;

/** A file was changed. */
export interface FileUpdatedEvent<Id extends OwnerId = string> extends EventOf<"file.updated", Id> {
  /** What the change named, also where it has the same value as before. */
  readonly changed: readonly ChangedPart[];
}

/** A file is hidden from everybody. The end of its time in the trash has no event of its own. */
export interface FileDeletedEvent<Id extends OwnerId = string> extends EventOf<"file.deleted", Id> {
  /** Until when it can be restored; null where it was deleted for good. */
  readonly restorableUntil: Date | null;
}

/** A file is back from the trash. */
export type FileRestoredEvent<Id extends OwnerId = string> = EventOf<"file.restored", Id>;

/** A file was deleted by the erasure of its owner, from the trash as well. */
export type FileErasedEvent<Id extends OwnerId = string> = EventOf<"file.erased", Id>;

/** A picture of a file can be shown. */
export interface VariantReadyEvent<Id extends OwnerId = string> extends EventOf<
  "variant.ready",
  Id
> {
  /** The name of its recipe. */
  readonly variant: string;
}

/** What happened to a file, told apart by `type`. It holds ids and no names. */
export type MediaEvent<Id extends OwnerId = string> =
  | FileReadyEvent<Id>
  | FileUpdatedEvent<Id>
  | FileDeletedEvent<Id>
  | FileRestoredEvent<Id>
  | FileErasedEvent<Id>
  | VariantReadyEvent<Id>;

/** By the columns of files. */
const PARTS: Readonly<Record<string, ChangedPart>> = {
  original_filename: "filename",
  title: "title",
  alt_text: "altText",
  metadata: "metadata",
  transcript: "transcript",
  content: "content",
};

export function toMediaEvent(row: EventModel): MediaEvent<OwnerId> {
  const { id, type, kind, fileId, payload, createdAt: at, attempts: attempt } = row;
  const owner: Owner = row.userId;
  const event = { id, kind, fileId, owner, at, attempt };
  switch (type) {
    case "file.updated": {
      const changed = (payload.changed ?? []).flatMap((column) => PARTS[column] ?? []);
      return { ...event, type, changed };
    }
    case "file.deleted": {
      const { restorableUntil: until } = payload;
      return { ...event, type, restorableUntil: until ? new Date(until) : null };
    }
    case "variant.ready":
      return { ...event, type, variant: payload.recipe ?? "" };
    case "file.ready":
    case "file.restored":
    case "file.erased":
      return { ...event, type };
  }
}
