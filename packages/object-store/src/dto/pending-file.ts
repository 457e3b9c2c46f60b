import type { ImageModel } from "../models/image.model.js";
import type { OwnerId } from "../owner-types.js";
import { type AudioRead, type FileUrl, type ImageRead, toMediaRead } from "./media-read.js";

type Time = "createdAt" | "updatedAt";

const TIMES: ReadonlySet<string> = new Set<Time>(["createdAt", "updatedAt"]);

/** What is known of a file that nobody can see yet. Its id is the one that it will have. */
export type PendingFile<Id extends OwnerId = string> =
  | Omit<ImageRead<Id>, Time | keyof FileUrl>
  | Omit<AudioRead<Id>, Time | keyof FileUrl>;

/**
 * A copy of what a file would be read as.
 *
 * @param values by attribute of its model
 */
export function toPendingFile(values: Readonly<Record<string, unknown>>): PendingFile<OwnerId> {
  const none = { title: null, altText: null, transcript: null, restorableUntil: null };
  const row = { ...none, ...values };
  const facts = Object.entries(toMediaRead(row as object as ImageModel));
  const known = Object.fromEntries(facts.filter(([name]) => !TIMES.has(name)));
  return structuredClone(known) as PendingFile<OwnerId>;
}
