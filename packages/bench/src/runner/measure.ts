import { readFileSync, writeFileSync } from "node:fs";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";

import type { Figures, Round } from "../bench.js";

export type Measurement = Readonly<Record<string, number>>;

const NANOSECONDS_PER_MS = 1e6;
const MICROSECONDS = 1e6;
/** Resolution of the samples of the event loop's delay, in milliseconds. */
const SAMPLE_MS = 1;

/**
 * Runs the measured part of a round. CPU is that of the whole process, its threads included.
 *
 * @param eventLoop whether the event loop's delay is sampled
 */
export async function measure(round: Round, eventLoop: boolean): Promise<Measurement> {
  collectGarbage();
  const delay = eventLoop ? monitorEventLoopDelay({ resolution: SAMPLE_MS }) : undefined;
  const peak = startPeak();
  const cpu = process.cpuUsage();
  delay?.enable();
  const start = performance.now();
  const figures: Figures = (await round.run()) ?? {};
  const wallSeconds = (performance.now() - start) / 1000;
  delay?.disable();
  const { user, system } = process.cpuUsage(cpu);
  return {
    wallSeconds,
    cpuSeconds: (user + system) / MICROSECONDS,
    peakGrowthBytes: peak(),
    ...(delay !== undefined && {
      eventLoopP99Ms: delay.percentile(99) / NANOSECONDS_PER_MS - SAMPLE_MS,
      eventLoopMaxMs: delay.max / NANOSECONDS_PER_MS - SAMPLE_MS,
    }),
    ...figures,
  };
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
    writeFileSync("/proc/self/clear_refs", "5");
    const before = statusBytes("VmRSS");
    return () => statusBytes("VmHWM") - before;
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

function statusBytes(field: string): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(
    readFileSync("/proc/self/status", "latin1"),
  );
  if (line === null) throw new Error(`/proc/self/status has no ${field}`);
  return Number(line[1]) * 1024;
}
