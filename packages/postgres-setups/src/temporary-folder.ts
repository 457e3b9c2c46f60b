import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * A line on standard input asks to remove the folder $1 now. The end of the input says that the
 * parent has died; its servers then get a moment to end first.
 */
const REMOVE_SCRIPT = `
read -r _ || sleep 2
tries=0
until rm -rf "$1" || [ "$tries" -eq 50 ]; do
  tries=$((tries + 1))
  sleep 0.2
done
`;

/** A new folder, which is removed when this process dies, however that happens. */
export async function temporaryFolder(): Promise<TemporaryFolder> {
  const path = await mkdtemp(join(tmpdir(), "postgres-setups-"));
  const remover = spawn("/bin/sh", ["-c", REMOVE_SCRIPT, "sh", path], {
    cwd: "/",
    stdio: ["pipe", "ignore", "ignore"],
    // A group of its own: Ctrl-C at a terminal must not end it before its work.
    detached: true,
  });
  const removed = once(remover, "exit");
  return {
    path,
    async remove() {
      remover.stdin.end("\n");
      await removed;
    },
  };
}
