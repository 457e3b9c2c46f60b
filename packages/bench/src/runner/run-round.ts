import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

import type { Measurement } from "./measure.js";
import type { RoundOrder } from "./round-process.js";

const MODULE = fileURLToPath(new URL("round-process.js", import.meta.url));

/** Runs one round of one variant in a fresh process. */
export function runRound(order: RoundOrder): Promise<Measurement> {
  return new Promise((resolve, reject) => {
    const child = fork(MODULE, {
      execArgv: ["--expose-gc"],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    const name = `${order.bench} / ${order.case} / ${order.variant}`;
    // The SDK warns of Node 20 in each process: shown only with a failure.
    let stderr = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.once("message", (answer: { measurement: Measurement } | { error: string }) => {
      if ("measurement" in answer) resolve(answer.measurement);
      else reject(new Error(`${name}: ${answer.error}`));
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => {
      reject(new Error(`${name}: the process ended with ${String(signal ?? code)}\n${stderr}`));
    });
    child.send(order);
  });
}
