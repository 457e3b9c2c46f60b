import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { InspectionPool } from "../../dist/inspection/isolation/inspection-pool.js";
import { baseFiles } from "./base-files.js";
import { faultOf, verdictOf } from "./faults.js";
import { applyMutations, damagedFiles } from "./mutations.js";

const HELP = `Damages media files at random and has them inspected, whole and in pieces.

  --runs N      damaged files; 50,000 by default
  --seed N      repeats the run of that seed; another one each time by default
  --write N     writes the N-th damaged file of the run to fuzz-N.bin, and inspects nothing
  --samples DIR where sample files are, which are made afresh otherwise
`;
/** Files that are inspected at a time. */
const LANES = 4;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "50000" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    write: { type: "string" },
    samples: { type: "string" },
    help: { type: "boolean" },
  },
});
if (values.help) {
  console.log(HELP);
  process.exit();
}

const [runs, seed] = [values.runs, values.seed].map(Number);
const files = await baseFiles(values.samples);
const cases = damagedFiles(runs, seed);
console.log(`seed ${seed}: ${runs} mutations of ${files.length} files`);

if (values.write === undefined) {
  await fuzz();
} else {
  const bytes = applyMutations(cases[Number(values.write)], files);
  writeFileSync(`fuzz-${values.write}.bin`, bytes);
}

async function fuzz() {
  const pool = new InspectionPool({ workers: 2, deadlineSeconds: 5 });
  const inspector = pool.inspector();
  const count = { accepted: 0, refused: 0, faults: 0 };
  const outcomes = [];
  let unhandled = 0;
  process.on("unhandledRejection", (error) => {
    unhandled += 1;
    console.log("unhandled rejection:", error);
  });

  const inspectCase = async (index) => {
    const bytes = applyMutations(cases[index], files);
    const whole = await verdictOf(() => inspectIn(inspector.open(), bytes, [bytes.length || 1]));
    const inPieces = await verdictOf(() => inspectIn(inspector.open(), bytes, cases[index].chunks));
    const fault = faultOf(whole, inPieces);
    outcomes[index] = JSON.stringify(whole);
    if (fault !== undefined) {
      count.faults += 1;
      const name = files[cases[index].file % files.length].name;
      console.log(`fault in mutation ${index} (of ${name}; --write ${index} gives it): ${fault}`);
    } else if (whole.facts !== undefined) count.accepted += 1;
    else count.refused += 1;
  };

  let next = 0;
  const lanes = Array.from({ length: LANES }, async () => {
    while (next < runs) await inspectCase(next++);
  });
  await Promise.all(lanes);
  await pool.end();

  const digest = createHash("sha256").update(outcomes.join("\n")).digest("hex").slice(0, 16);
  console.log(
    `${runs} mutations tried: ${count.accepted} accepted, ${count.refused} refused, ` +
      `${count.faults} faults, ${unhandled} unhandled rejections; verdicts ${digest}; ` +
      `replay: pnpm fuzz --seed ${seed} --runs ${runs}`,
  );
  process.exitCode = count.faults + unhandled > 0 ? 1 : 0;
}

/**
 * Inspects bytes that arrive in chunks of these sizes in turn, of which every other may be passed over
 * where it lies.
 */
async function inspectIn(inspection, bytes, chunks) {
  try {
    for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
      const chunk = bytes.subarray(at, at + chunks[turn % chunks.length]);
      const passed = turn % 2 === 0 ? 0 : inspection.pass(chunk);
      await inspection.write(chunk.subarray(passed));
      at += chunk.length;
    }
    return await inspection.finish();
  } finally {
    inspection.close();
  }
}
