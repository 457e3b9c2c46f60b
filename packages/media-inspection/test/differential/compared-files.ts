import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { validSamples } from "@repo/sample-media";

import { CORPUS, listedFiles, ODD } from "../support/corpus.js";

/** Where compared files come from. */
export type Collection = "samples" | "corpus" | "odd";

export interface ComparedFile {
  name: string;
  bytes: Uint8Array;
}

const FOLDERS = { corpus: CORPUS, odd: ODD } as const;

/** The folder that a collection is missing; undefined where it is there. */
export function missingFolder(collection: Collection): string | undefined {
  if (collection === "samples") return undefined;
  const folder = FOLDERS[collection];
  return existsSync(join(folder, "manifest.json")) ? undefined : folder;
}

/** The valid files of a collection. */
export async function comparedFiles(collection: Collection): Promise<readonly ComparedFile[]> {
  if (collection === "samples") return validSamples();
  const folder = FOLDERS[collection];
  return (listedFiles(folder) ?? [])
    .filter((file) => file.class === "valid")
    .map(({ file }) => ({ name: file, bytes: readFileSync(join(folder, file)) }));
}
