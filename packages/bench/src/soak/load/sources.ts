import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";

import { fromPath, type MediaBody } from "@repo/object-store";

import { isImage, mediaFile, type MediaFile, type MediaRecipe } from "../../media/media-file.js";
import type { StoredFile } from "./shelf.js";

/** Something to upload, any number of times. */
export interface Source extends Omit<StoredFile, "id"> {
  readonly body: () => MediaBody;
}

export interface Sources {
  readonly fromMemory: readonly Source[];
  readonly byPath: readonly Source[];
  /** As streams whose length nobody tells. */
  readonly asStream: readonly Source[];
}

const KB = 1_000;
const MB = 1_000_000;

/** Each of another size, so that no two have the same hash. */
const FROM_MEMORY: readonly MediaRecipe[] = Array.from({ length: 8 }, (_, n) => n).flatMap((n) => [
  { format: "webp", byteSize: (65 + 5 * n) * KB },
  { format: "jpeg", byteSize: (80 + 50 * n) * KB },
  { format: "mp3", byteSize: (100 + 100 * n) * KB },
]);
const BY_PATH: readonly MediaRecipe[] = [
  { format: "wav", byteSize: 3 * MB },
  { format: "png", byteSize: 6 * MB },
  { format: "m4a", byteSize: 12 * MB, options: { moov: "end" } },
  { format: "flac", byteSize: 20 * MB },
];
/** One fits into a buffer of an upload; the others go in parts. */
const AS_STREAM: readonly MediaRecipe[] = [
  { format: "mp3", byteSize: 2 * MB },
  { format: "jpeg", byteSize: 9 * MB },
  { format: "wav", byteSize: 18 * MB },
];

/** @param folder where the files are made */
export async function prepareSources(folder: string): Promise<Sources> {
  return {
    fromMemory: await each(FROM_MEMORY, folder, async ({ path }) => {
      const bytes = await readFile(path);
      return () => bytes;
    }),
    byPath: await each(
      BY_PATH,
      folder,
      ({ path }) =>
        () =>
          fromPath(path),
    ),
    asStream: await each(
      AS_STREAM,
      folder,
      ({ path }) =>
        () =>
          createReadStream(path),
    ),
  };
}

async function each(
  recipes: readonly MediaRecipe[],
  folder: string,
  bodyOf: (file: MediaFile) => Source["body"] | Promise<Source["body"]>,
): Promise<Source[]> {
  const sources: Source[] = [];
  for (const recipe of recipes) {
    const file = await mediaFile(recipe, folder);
    const { byteSize, sha256 } = file;
    const kind = isImage(recipe.format) ? "images" : "audio";
    sources.push({ kind, byteSize, sha256, body: await bodyOf(file) });
  }
  return sources;
}
