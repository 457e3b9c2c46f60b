/** Kills this process. `process.exit()` would wait for native code. */
export function endNow(): void {
  process.kill(process.pid, "SIGKILL");
}
