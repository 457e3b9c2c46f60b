import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import type { BrokenSample, Sample } from "./sample.js";

/** The two lists of samples. */
export interface SampleLists {
  valid: Sample;
  broken: BrokenSample;
}

/** A sample that lies on disk. */
export type SampleFile<Made> = Made & { path: string };

/** What the build has made: a folder for each list, and an index of what is known of each sample. */
export const MEDIA_FOLDER = fileURLToPath(new URL("../dist/media/", import.meta.url));

/** A function that reads a list once per process and gives every caller bytes of its own. */
export function samplesReader<List extends keyof SampleLists>(
  list: List,
): () => Promise<SampleFile<SampleLists[List]>[]> {
  let samples: Promise<SampleFile<SampleLists[List]>[]> | undefined;
  return async () => {
    samples ??= readSamples(list);
    return (await samples).map((sample) => ({ ...sample, bytes: sample.bytes.slice() }));
  };
}

async function readSamples<List extends keyof SampleLists>(
  list: List,
): Promise<SampleFile<SampleLists[List]>[]> {
  const index = await readFile(`${MEDIA_FOLDER}${list}.json`, "utf8");
  const facts = JSON.parse(index) as SampleLists[List][];
  return Promise.all(
    facts.map(async (sample) => {
      const path = `${MEDIA_FOLDER}${list}/${sample.name}`;
      return { ...sample, path, bytes: new Uint8Array(await readFile(path)) };
    }),
  );
}
