import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { compareContent } from "./compare-content.js";
import { compareTags } from "./compare-tags.js";
import { contentOf, coverOf } from "./content.js";
import { acceptedFiles, stripFile } from "./strip-files.js";
import { tagsIn } from "./exiftool.js";

const HELP = `Strips every sample and every file of the corpora, and has other programs compare what is left.

Without all: the same facts, pixels (sharp) and samples (FFmpeg), nothing that ExifTool finds but what is
kept, and nothing more to strip. Without location: the same, and no place that ExifTool finds.
`;
const PRIVACIES = ["all", "location"];
const EXTENSIONS = { jpeg: "jpg" };
const COVER = ".jpg";
/** How many files are decoded at once. */
const AT_ONCE = 2;

if (process.argv.length > 2) {
  console.log(HELP);
  process.exit(process.argv.includes("--help") ? 0 : 2);
}

const folder = mkdtempSync(join(tmpdir(), "strip-proof-"));
const count = { image: 0, audio: 0, covers: 0, refused: 0, apart: 0, differences: 0 };
/** The tags to remove that ExifTool finds. */
const found = { all: { before: 0, after: 0 }, location: { before: 0, after: 0 } };
try {
  const files = (await acceptedFiles()).map(inFolder);
  for (const name of ["original", ...PRIVACIES]) mkdirSync(join(folder, name));
  for (const { paths, bytes } of files) writeFileSync(paths.original, bytes);
  const queue = files.values();
  await Promise.all(Array.from({ length: AT_ONCE }, () => stripAll(queue)));
  findTags(files);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
console.log(
  `${count.image} images and ${count.audio} sounds, of ${count.apart} their packets, and ${count.covers} covers ` +
    `compared; ${count.refused} broken ones refused; tags to remove that ExifTool finds, without all: ` +
    `${found.all.before} before, ${found.all.after} after, without location: ${found.location.before} before, ` +
    `${found.location.after} after; ${count.differences} differences`,
);
process.exitCode = count.differences > 0 ? 1 : 0;

/** A number makes the name of a file unique. */
function inFolder(file, index) {
  const { format } = file.facts;
  const name = `${index}.${EXTENSIONS[format] ?? format}`;
  const paths = ["original", ...PRIVACIES].map((each) => [each, join(folder, each, name)]);
  return { ...file, inFolder: name, paths: Object.fromEntries(paths) };
}

async function stripAll(queue) {
  for (const file of queue) {
    const { facts, bytes, paths } = file;
    count[facts.kind] += 1;
    const original = await contentOf(facts, bytes, paths.original);
    for (const privacy of PRIVACIES) {
      const { left, faults } = stripFile(file, privacy);
      report(file, privacy, faults);
      if (left === undefined) {
        count.refused += 1;
        continue;
      }
      writeFileSync(paths[privacy], left);
      const content = left.equals(bytes) ? original : await contentOf(facts, left, paths[privacy]);
      const { differences, isApart } = await compareContent(file, privacy, original, content);
      report(file, privacy, differences);
      if (privacy === "all" && isApart) count.apart += 1;
      if (privacy === "all") await writeCover(file, left);
    }
  }
}

/** Writes the cover of a stripped sound beside it, for ExifTool. */
async function writeCover({ facts, paths }, left) {
  const cover = await coverOf(facts, left);
  if (cover === undefined) return;
  count.covers += 1;
  writeFileSync(`${paths.all}${COVER}`, cover);
}

function findTags(files) {
  const originals = tagsIn(join(folder, "original"));
  for (const privacy of PRIVACIES) {
    const stripped = tagsIn(join(folder, privacy));
    for (const file of files) {
      const original = originals.get(file.inFolder);
      const tags = stripped.get(file.inFolder);
      const cover = stripped.get(`${file.inFolder}${COVER}`) ?? [];
      if (tags === undefined) continue;
      const { differences, before, after } = compareTags(original, tags, cover, privacy);
      report(file, privacy, differences);
      found[privacy].before += before;
      found[privacy].after += after;
    }
  }
}

function report({ name }, privacy, differences) {
  count.differences += differences.length;
  for (const each of differences) console.log(`${name} without ${privacy}: ${each}`);
}
