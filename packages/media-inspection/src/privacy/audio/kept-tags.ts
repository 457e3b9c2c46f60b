import type { ByteCursor, Walk } from "../../byte-cursor.js";
import type { AudioTags, Chapter } from "../../media-facts.js";
import type { KeptContent } from "../../tags/kept-content.js";

/**
 * Removes what a picture says besides what it shows. Undefined where that cannot be done with certainty: the
 * picture is then left out.
 *
 * @param source gives the budget
 */
export type StripPicture = (source: ByteCursor, bytes: Uint8Array) => Walk<Uint8Array | undefined>;

export interface KeptPicture {
  contentType: string | null;
  bytes: Uint8Array;
}

/** What of a file's tags stays. */
export interface KeptTags extends Pick<
  AudioTags,
  "title" | "artist" | "album" | "genre" | "year" | "trackNumber" | "trackTotal"
> {
  chapters: readonly Chapter[];
  /** Seconds, where the last chapter ends. */
  durationSeconds: number;
  picture: KeptPicture | undefined;
  gapless: string | undefined;
}

export function* keptTags(
  source: ByteCursor,
  { tags, durationSeconds }: { tags: AudioTags; durationSeconds: number },
  content: KeptContent,
  stripPicture: StripPicture,
): Walk<KeptTags> {
  const { title, artist, album, genre, year, trackNumber, trackTotal } = tags;
  const { cover, chapters = [] } = tags;
  const original = cover && content.picture(cover);
  const bytes = original && (yield* stripPicture(source, original));
  return {
    ...{ title, artist, album, genre, year, trackNumber, trackTotal },
    ...{ chapters, durationSeconds, gapless: content.gapless },
    picture: cover && bytes && { contentType: cover.contentType, bytes },
  };
}

/** `3/12`, `3` or `/12`; undefined where neither is known. */
export function trackText({ trackNumber, trackTotal }: KeptTags): string | undefined {
  if (trackTotal !== undefined) return `${trackNumber ?? ""}/${trackTotal}`;
  return trackNumber?.toString();
}

/** In four digits, as it is found in any date. */
export function yearText({ year }: KeptTags): string | undefined {
  return year?.toString().padStart(4, "0");
}
