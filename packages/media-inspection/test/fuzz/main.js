import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { stepsAllowed } from "../../dist/step-budget.js";
import { baseFiles } from "./base-files.js";
import { fuzz } from "./fuzz.js";
import { applyMutations, damagedFiles } from "./mutations.js";
import { filesToStrip, fuzzStripping } from "./strip.js";

const HELP = `Damages media files at random and inspects them, whole and in pieces.

  --runs N      damaged files; 50,000 by default
  --seed N      repeats the run of that seed; another one each time by default
  --strip       strips the damaged files that are accepted, half of which had secrets in what is removed
  --write N     writes the N-th damaged file of the run to fuzz-N.bin, and inspects nothing
  --verdicts F  writes the verdicts to a file, a line each
`;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "50000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    write: { type: "string" },
    verdicts: { type: "string" },
    strip: { type: "boolean" },
    help: { type: "boolean" },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit();
}

const [runs, seed] = [values.runs, values.seed].map(Number);
const allFiles = await baseFiles();
const { files, others } = values.strip
  ? await filesToStrip(allFiles)
  : { files: allFiles, others: allFiles };
console.log(`seed ${seed}: ${runs} mutations of ${files.length} files`);

const onFault = (index, name, fault) => {
  console.log(`fault in mutation ${index} (of ${name}; --write ${index} gives it): ${fault}`);
};

if (values.write !== undefined) {
  const damaged = damagedFiles(runs, seed)[Number(values.write)];
  writeFileSync(`fuzz-${values.write}.bin`, applyMutations(damaged, files, others));
} else if (values.strip) {
  const result = await fuzzStripping({ files, others }, runs, seed, onFault);
  console.log(
    `${runs} mutations tried, each stripped of all and of its location: ${result.stripped} stripped, ` +
      `${result.unchanged} unchanged, ${result.refused} refused, ${result.faults} faults; secrets left ` +
      `where they are shown or played: ${result.perceived}, where nothing can be decoded: ${result.undecodable}; ` +
      `replay: pnpm fuzz --strip --seed ${seed} --runs ${runs}`,
  );
  process.exitCode = result.faults > 0 ? 1 : 0;
} else {
  const result = fuzz(files, runs, seed, onFault);
  if (values.verdicts !== undefined) writeFileSync(values.verdicts, result.verdicts.join("\n"));
  console.log(
    `steps: at most ${result.stepsPerByte.toFixed(2)} per byte (files from 1,000 bytes on) and ` +
      `${(100 * result.stepsShare).toFixed(1)} % of those allowed: ` +
      `${stepsAllowed(0)} and ${stepsAllowed(1) - stepsAllowed(0)} per byte, ${stepsAllowed(Infinity)} in all`,
  );
  console.log(
    `${runs} mutations tried: ${result.accepted} accepted, ${result.refused} refused, ` +
      `${result.faults} faults; verdicts ${result.digest}; ` +
      `replay: pnpm fuzz --seed ${seed} --runs ${runs}`,
  );
  process.exitCode = result.faults > 0 ? 1 : 0;
}
