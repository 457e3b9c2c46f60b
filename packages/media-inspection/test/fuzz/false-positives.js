import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { extname, join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { InspectionError, MediaInspector } from "../../dist/index.js";

const HELP = `Usage: pnpm fuzz:false-positives <folder>

Inspects every file below a folder and prints those that are taken for MP3 though they are not named
so, and how many there are.

  --limit N  looks at the first N files; all by default
`;

const NAMES = new Set([".mp3", ".mpga"]);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { limit: { type: "string", default: "Infinity" }, help: { type: "boolean" } },
});
const [folder] = positionals;
if (values.help || folder === undefined) {
  console.log(HELP);
  process.exit(values.help ? 0 : 2);
}

let files = 0;
let found = 0;
for await (const path of filesBelow(resolve(folder))) {
  if (NAMES.has(extname(path).toLowerCase())) continue;
  if (files >= Number(values.limit)) break;
  files += 1;
  if ((await formatOf(path)) !== "mp3") continue;
  found += 1;
  console.log(path);
}
console.log(`${found} of ${files} files of other kinds are taken for MP3`);
process.exitCode = found > 0 ? 1 : 0;

async function* filesBelow(directory) {
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile()) yield path;
  }
}

/** The format as an upload would find it; undefined where the file is refused. */
async function formatOf(path) {
  const inspector = new MediaInspector();
  const finish = (isDone) => {
    while (!isDone) isDone = inspector.resume();
  };
  try {
    for await (const chunk of createReadStream(path)) {
      finish(inspector.write(chunk));
      if (inspector.facts !== undefined) break;
    }
    finish(inspector.end());
    return inspector.facts?.format;
  } catch (error) {
    if (error instanceof InspectionError) return undefined;
    throw error;
  }
}
