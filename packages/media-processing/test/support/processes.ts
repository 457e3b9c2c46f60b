import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";

/** Waits for the pid that a process writes to a file. */
export async function pidIn(path: string): Promise<number> {
  for (;;) {
    const pid = await readFile(path, "utf8").catch(() => "");
    if (pid !== "") return Number(pid);
    await pause(20);
  }
}

/** Waits until a process has ended, for ten seconds at most. */
export async function expectGone(pid: number): Promise<void> {
  const until = Date.now() + 10_000;
  while (await isRunning(pid)) {
    if (Date.now() > until) throw new Error(`process ${pid} still runs`);
    await pause(50);
  }
}

/** Waits until a child of this process has ended and this process knows it: it is no zombie any more. */
export async function expectReaped(pid: number): Promise<void> {
  await expectGone(pid);
  while (exists(pid)) await pause(10);
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** A zombie counts as ended. */
function isRunning(pid: number): Promise<boolean> {
  return new Promise((resolve) => {
    execFile("ps", ["-o", "stat=", "-p", String(pid)], (_error, state) => {
      resolve(/^[^Z\s]/.test(state.trim()));
    });
  });
}
