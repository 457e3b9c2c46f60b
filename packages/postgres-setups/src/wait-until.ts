import { setTimeout as sleep } from "node:timers/promises";

const POLL_INTERVAL = 20;
const TIMEOUT = 60_000;

/** @throws Error if the condition, described by `what`, is not met within a minute */
export async function waitUntil(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + TIMEOUT;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${TIMEOUT / 1000} s: ${what}`);
    await sleep(POLL_INTERVAL);
  }
}
