import { monitorEventLoopDelay, performance } from "node:perf_hooks";

import type { Figures, Round } from "../bench.js";
import { childProcesses, memoryBytes, type ProcessUsage, resetPeak } from "./child-processes.js";

export type Measurement = Readonly<Record<string, number>>;

const NANOSECONDS_PER_MS = 1e6;
const MICROSECONDS = 1e6;
/** Resolution of the samples of the event loop's delay, in milliseconds. */
const SAMPLE_MS = 1;

/**
 * Runs the measured part of a round. CPU is that of the whole process, its threads and child processes
 * included.
 *
 * @param eventLoop whether the event loop's delay is sampled
 */
export async function measure(round: Round, eventLoop: boolean): Promise<Measurement> {
  collectGarbage();
  const delay = eventLoop ? monitorEventLoopDelay({ resolution: SAMPLE_MS }) : undefined;
  const peak = startPeak();
  const childrenBefore = childProcesses();
  for (const { pid } of childrenBefore) resetPeak(pid);
  const cpu = process.cpuUsage();
  delay?.enable();
  const start = performance.now();
  const figures: Figures = (await round.run()) ?? {};
  const wallSeconds = (performance.now() - start) / 1000;
  delay?.disable();
  const { user, system } = process.cpuUsage(cpu);
  const children = childProcesses();
  return {
    wallSeconds,
    cpuSeconds: (user + system) / MICROSECONDS + cpuBetween(childrenBefore, children),
    peakGrowthBytes: peak(),
    ...(children.length > 0 && {
      childPeakBytes: Math.max(...children.map(({ peakBytes }) => peakBytes)),
    }),
    ...(delay !== undefined && {
      eventLoopP99Ms: delay.percentile(99) / NANOSECONDS_PER_MS - SAMPLE_MS,
      eventLoopMaxMs: delay.max / NANOSECONDS_PER_MS - SAMPLE_MS,
    }),
    ...figures,
  };
}

function cpuBetween(before: readonly ProcessUsage[], after: readonly ProcessUsage[]): number {
  const known = new Map(before.map(({ pid, cpuSeconds }) => [pid, cpuSeconds]));
  return after.reduce((sum, { pid, cpuSeconds }) => sum + cpuSeconds - (known.get(pid) ?? 0), 0);
}

function collectGarbage(): void {
  if (globalThis.gc === undefined) throw new Error("rounds run with --expose-gc");
  globalThis.gc();
  globalThis.gc();
}

/**
 * Begins to watch the resident memory; the answer is by how many bytes it grew at most. Linux keeps
 * the high-water mark itself, exactly (proc_pid_clear_refs(5)); elsewhere it is sampled.
 */
function startPeak(): () => number {
  if (process.platform === "linux") {
    resetPeak();
    const before = memoryBytes("VmRSS");
    return () => memoryBytes("VmHWM") - before;
  }
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, SAMPLE_MS);
  return () => {
    clearInterval(timer);
    return Math.max(most, process.memoryUsage.rss()) - before;
  };
}
