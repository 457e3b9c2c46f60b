import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { brokenSamples, validSamples } from "@repo/sample-media";

const BESIDE_REPOSITORY = fileURLToPath(new URL("../../../../../shared/corpus", import.meta.url));
const CORPUS = resolve(process.env["TEST_CORPUS"] ?? BESIDE_REPOSITORY);
/** Larger files make fuzzing slow and show nothing that small ones do not. */
const MAX_BYTES = 200_000;

/** The files that are damaged: every sample, and the corpus of real files where there is one. */
export async function baseFiles() {
  const files = [...(await validSamples()), ...(await brokenSamples()), ...readCorpus()];
  return files.filter(({ bytes }) => bytes.length > 0 && bytes.length <= MAX_BYTES);
}

function readCorpus() {
  const manifest = join(CORPUS, "manifest.json");
  if (!existsSync(manifest)) {
    console.log(`no media corpus in ${CORPUS}: only samples are damaged; set TEST_CORPUS`);
    return [];
  }
  const files = JSON.parse(readFileSync(manifest, "utf8"));
  return files.map(({ file }) => ({ name: file, bytes: readFileSync(join(CORPUS, file)) }));
}
