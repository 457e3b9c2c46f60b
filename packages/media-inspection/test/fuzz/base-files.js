import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { brokenSamples, validSamples } from "@repo/sample-media";

import { tagFiles } from "./tag-files.js";

const BESIDE_REPOSITORY = fileURLToPath(new URL("../../../../../shared/corpus", import.meta.url));
const CORPUS = resolve(process.env["TEST_CORPUS"] ?? BESIDE_REPOSITORY);
/** Files of kinds that the corpus lacks. */
const ODD = join(CORPUS, "../odd");
/** Larger files make fuzzing slow and show nothing that small ones do not. */
const MAX_BYTES = 200_000;

/** The files that are damaged: every sample, and the collections of real files where there are any. */
export async function baseFiles() {
  const files = [
    ...(await validSamples()),
    ...(await brokenSamples()),
    ...tagFiles(),
    ...readFolder(CORPUS),
    ...readFolder(ODD),
  ];
  return files.filter(({ bytes }) => bytes.length > 0 && bytes.length <= MAX_BYTES);
}

function readFolder(folder) {
  const manifest = join(folder, "manifest.json");
  if (!existsSync(manifest)) {
    console.log(`no media files in ${folder}: they are not damaged; set TEST_CORPUS`);
    return [];
  }
  const files = JSON.parse(readFileSync(manifest, "utf8"));
  return files.map(({ file }) => ({ name: file, bytes: readFileSync(join(folder, file)) }));
}
