import { InspectionError, MediaInspector } from "../../dist/index.js";
import { HOSTILE_FILES } from "./hostile-files.js";

/**
 * Prints how long hostile files hold the event loop: the longest slice, and the whole file. Each is
 * measured several times and the best is taken, as the machine does other things too.
 */
const ROUNDS = 5;
const SIZES = [64 * 1024, 100 * 1024 * 1024];

for (const size of SIZES) {
  console.log(
    `\n${size} bytes${" ".repeat(30)}longest slice ms  whole ms  steps  ns a step  verdict`,
  );
  for (const [name, make] of Object.entries(HOSTILE_FILES)) {
    const bytes = make(size);
    const rounds = Array.from({ length: ROUNDS }, () => measured(bytes));
    const best = (figure) => Math.min(...rounds.map((round) => round[figure]));
    const { steps, verdict } = rounds[0];
    console.log(
      name.padEnd(44),
      best("longest").toFixed(2).padStart(12),
      best("whole").toFixed(1).padStart(10),
      String(Math.round(steps)).padStart(9),
      ((1e6 * best("whole")) / steps).toFixed(1).padStart(7),
      ` ${verdict}`,
    );
  }
}

/** As an upload would: blocks of 768 KiB. */
function measured(bytes) {
  const inspector = new MediaInspector();
  let [longest, whole] = [0, 0];
  const timed = (work) => {
    const start = performance.now();
    try {
      return work();
    } finally {
      const took = performance.now() - start;
      longest = Math.max(longest, took);
      whole += took;
    }
  };
  let verdict = "accepted";
  try {
    for (let at = 0; at < bytes.length; at += 768 * 1024) {
      const block = bytes.subarray(at, at + 768 * 1024);
      for (let isDone = timed(() => inspector.write(block)); !isDone;) {
        isDone = timed(() => inspector.resume());
      }
    }
    for (let isDone = timed(() => inspector.end()); !isDone;) {
      isDone = timed(() => inspector.resume());
    }
  } catch (error) {
    if (!(error instanceof InspectionError)) throw error;
    verdict = error.message.startsWith("The file takes too much work")
      ? "out of steps"
      : error.code;
  }
  return { longest, whole, steps: inspector.steps, verdict };
}
