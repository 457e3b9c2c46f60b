import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const BESIDE_REPOSITORY = fileURLToPath(new URL("../../../../../shared/corpus", import.meta.url));
const CORPUS = resolve(process.env["TEST_CORPUS"] ?? BESIDE_REPOSITORY);
/** Larger files make fuzzing slow and show nothing that small ones do not. */
const MAX_BYTES = 200_000;

/**
 * The files that are damaged: every sample, and the corpus of real files where there is one.
 *
 * @param samples a folder where samples have been written before, with their `index.json`
 */
export async function baseFiles(samples) {
  const files = [
    ...(samples === undefined ? await freshSamples() : readSamples(samples)),
    ...readCorpus(),
  ];
  return files.filter(({ bytes }) => bytes.length > 0 && bytes.length <= MAX_BYTES);
}

/** With the encoders, which take longer to load than a few files to inspect. */
async function freshSamples() {
  const { brokenSamples, validSamples } = await import("@repo/sample-media");
  return [...(await validSamples()), ...(await brokenSamples())];
}

function readSamples(folder) {
  const { valid, broken } = JSON.parse(readFileSync(join(folder, "index.json"), "utf8"));
  return [...valid, ...broken].map(({ name }) => ({
    name,
    bytes: readFileSync(join(folder, name)),
  }));
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
