import type { MediaFacts } from "../../src/media-facts.js";
import { readWithMediabunny } from "./mediabunny.js";
import { readWithMusicMetadata } from "./music-metadata.js";
import { ourReading, type Reading } from "./reading.js";
import { readWithSharp } from "./sharp.js";

export type Library = "music-metadata" | "mediabunny" | "sharp";

export interface Disagreement {
  library: Library;
  /** A property of the reading; `file` where the library fails. */
  property: string;
  ours: unknown;
  theirs: unknown;
}

export interface Comparison {
  /** Properties that were compared. */
  compared: number;
  disagreements: readonly Disagreement[];
}

/** Compares our facts with what the libraries for the kind of file read. */
export async function compareWithLibraries(
  bytes: Uint8Array,
  facts: MediaFacts,
): Promise<Comparison> {
  const comparisons =
    facts.kind === "audio"
      ? [
          compare("music-metadata", facts, () => readWithMusicMetadata(bytes, facts)),
          compare("mediabunny", facts, () => readWithMediabunny(bytes, facts)),
        ]
      : [compare("sharp", facts, () => readWithSharp(bytes))];
  const all = await Promise.all(comparisons);
  return {
    compared: all.reduce((sum, { compared }) => sum + compared, 0),
    disagreements: all.flatMap(({ disagreements }) => disagreements),
  };
}

async function compare(
  library: Library,
  facts: MediaFacts,
  read: () => Promise<Reading>,
): Promise<Comparison> {
  let theirs: Reading;
  try {
    theirs = await read();
  } catch (error) {
    const failure = { library, property: "file", ours: facts.format, theirs: String(error) };
    return { compared: 0, disagreements: [failure] };
  }
  const ours = ourReading(facts);
  const properties = Object.entries(theirs).filter(
    ([property, value]) => value !== undefined || ours[property] !== undefined,
  );
  return {
    compared: properties.length,
    disagreements: properties
      .filter(([property, value]) => !isSame(property, ours[property], value))
      .map(([property, value]) => ({ library, property, ours: ours[property], theirs: value })),
  };
}

/** Durations may differ by 0.1 s or 1 %. */
function isSame(property: string, ours: unknown, theirs: unknown): boolean {
  if (property === "duration" && typeof ours === "number" && typeof theirs === "number") {
    return Math.abs(ours - theirs) <= Math.max(0.1, 0.01 * ours);
  }
  return ours === theirs;
}
