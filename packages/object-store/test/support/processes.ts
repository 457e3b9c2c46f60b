import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

/** The pid that a process writes to a file once it runs. */
export async function pidIn(path: string): Promise<number> {
  for (;;) {
    const pid = await readFile(path, "utf8").catch(() => "");
    if (pid !== "") return Number(pid);
    await pause(20);
  }
}

/** Waits until a process runs no more, for ten seconds at most. */
export async function expectGone(pid: number): Promise<void> {
  const until = Date.now() + 10_000;
  while (await isRunning(pid)) {
    if (Date.now() > until) throw new Error(`process ${pid} still runs`);
    await pause(50);
  }
}

/** One that has ended does not, also where nobody has asked how. */
function isRunning(pid: number): Promise<boolean> {
  return new Promise((resolve) => {
    execFile("ps", ["-o", "stat=", "-p", String(pid)], (_error, state) => {
      resolve(/^[^Z\s]/.test(state.trim()));
    });
  });
}
