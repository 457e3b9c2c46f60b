import type { AudioFacts, ImageFacts, MediaFacts } from "../../src/media-facts.js";

/** Facts of a file by property; undefined where the file has no such tag. */
export type Reading = Readonly<Record<string, unknown>>;

/** Our facts under the names that the readings of the libraries use. */
export function ourReading(facts: MediaFacts): Reading {
  return facts.kind === "audio" ? audioReading(facts) : imageReading(facts);
}

function audioReading({ durationSeconds, tags, ...facts }: AudioFacts): Reading {
  const { cover, ...others } = tags;
  return {
    duration: durationSeconds,
    sampleRate: facts.sampleRate,
    channels: facts.channels,
    codec: facts.codec,
    lossless: facts.lossless,
    ...others,
    coverBytes: cover?.byteSize,
  };
}

function imageReading(facts: ImageFacts): Reading {
  const { format, width, height, orientation, pages, hasAlpha } = facts;
  return { format, width, height, orientation, pages, hasAlpha };
}

/** Leaves out what a library does not say, so that it is not compared. */
export function known(reading: Reading): Reading {
  return Object.fromEntries(Object.entries(reading).filter(([, value]) => value !== undefined));
}
