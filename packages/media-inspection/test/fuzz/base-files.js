import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { brokenSamples, validSamples } from "@repo/sample-media";

import { tagFiles } from "./tag-files.js";

const BESIDE_REPOSITORY = fileURLToPath(new URL("../../../../../shared", import.meta.url));
const FOLDERS = ["corpus", "odd"].map((name) =>
  resolve(process.env[`TEST_${name.toUpperCase()}`] ?? join(BESIDE_REPOSITORY, name)),
);
/** Larger files make fuzzing slow and show nothing that small ones do not. */
const MAX_BYTES = 200_000;

/** The files that are damaged: every sample, and the real and the odd files where there are some. */
export async function baseFiles() {
  const files = [...(await validSamples()), ...(await brokenSamples()), ...tagFiles()];
  files.push(...FOLDERS.flatMap(readFolder));
  return files.filter(({ bytes }) => bytes.length > 0 && bytes.length <= MAX_BYTES);
}

function readFolder(folder) {
  const manifest = join(folder, "manifest.json");
  if (!existsSync(manifest)) {
    console.log(`no media files in ${folder}: set TEST_CORPUS and TEST_ODD to damage more`);
    return [];
  }
  const files = JSON.parse(readFileSync(manifest, "utf8"));
  return files.map(({ file }) => ({ name: file, bytes: readFileSync(join(folder, file)) }));
}
