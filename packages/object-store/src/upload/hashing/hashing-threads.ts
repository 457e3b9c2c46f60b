import { availableParallelism } from "node:os";

import { HashingThread } from "./hashing-thread.js";

/** Milliseconds after which threads without work end. */
const IDLE_MS = 10_000;
/** One core is left to the application. */
const MAX_THREADS = Math.max(1, Math.min(4, availableParallelism() - 1));

let threads: HashingThread[] = [];
let idle: NodeJS.Timeout | undefined;

/** A thread for one more body: one without any, a new one, or that with the fewest. */
export function enterThread(): HashingThread {
  clearTimeout(idle);
  threads = threads.filter(({ isLost }) => !isLost);
  const [best] = threads.toSorted((a, b) => a.bodies - b.bodies);
  const isFull = threads.length >= MAX_THREADS;
  const thread = best !== undefined && (best.bodies === 0 || isFull) ? best : new HashingThread();
  if (thread !== best) threads.push(thread);
  thread.bodies += 1;
  return thread;
}

/** Ends a body's use of its thread. */
export function leaveThread(thread: HashingThread): void {
  thread.bodies -= 1;
  clearTimeout(idle);
  if (threads.some(({ bodies }) => bodies > 0)) return;
  idle = setTimeout(endThreads, IDLE_MS).unref();
}

function endThreads(): void {
  for (const thread of threads.splice(0)) void thread.end();
}
