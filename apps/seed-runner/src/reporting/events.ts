import type { AudioRead, ImageRead } from "@repo/object-store";

/** What became of one file. */
export type FileEvent = KeptEvent | RefusedEvent;

/** The file is in the store and its signed URL gave back the bytes of the source. */
export interface KeptEvent {
  /** `skipped`: it was there already, with the same owner, path and bytes. */
  event: "stored" | "skipped";
  path: string;
  /** The owner's name, for people. */
  owner: string;
  /** Wall-clock time of its import, the proof included. */
  seconds: number;
  file: ImageRead | AudioRead;
  /** A signed GET URL. */
  url: string;
}

/** The file is not in the store, or not provably so. */
export interface RefusedEvent {
  /** `rejected`: the store refuses such a file; `failed`: a fault that is not the file's. */
  event: "rejected" | "failed";
  path: string;
  /** The owner's name, for people. */
  owner: string;
  /** Wall-clock time of its import, the proof included. */
  seconds: number;
  /** Stable, such as `invalid_media`. */
  code: string;
  message: string;
}

export function isKept(event: FileEvent): event is KeptEvent {
  return event.event === "stored" || event.event === "skipped";
}

/** The run in figures. */
export interface Summary {
  stored: number;
  rejected: number;
  failed: number;
  skipped: number;
  /** Bytes of the files that this run stored. */
  bytes: number;
  /** Wall-clock time of the run. */
  seconds: number;
  /** The most memory that the process has had, its threads included. */
  peakMemoryBytes: number;
}
