import { readdirSync, readFileSync, writeFileSync } from "node:fs";

/** What the kernel knows of a process. */
export interface ProcessUsage {
  readonly pid: number;
  readonly cpuSeconds: number;
  /** Resident memory at its highest. */
  readonly peakBytes: number;
}

/** Linux has the same clock for every architecture here (USER_HZ, proc_pid_stat(5)). */
const TICKS_PER_SECOND = 100;

/** Of `stat`, counted from the field behind the name. */
const PARENT_PID = 1;
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;

/** The child processes that run now, as Linux knows them; none elsewhere. */
export function childProcesses(): ProcessUsage[] {
  if (process.platform !== "linux") return [];
  return readdirSync("/proc").flatMap((name) => {
    const pid = Number(name);
    const stat = Number.isInteger(pid) ? statOf(pid) : undefined;
    if (stat === undefined || Number(stat[PARENT_PID]) !== process.pid) return [];
    const ticks = Number(stat[USER_TICKS]) + Number(stat[SYSTEM_TICKS]);
    return [{ pid, cpuSeconds: ticks / TICKS_PER_SECOND, peakBytes: memoryBytes("VmHWM", pid) }];
  });
}

/** Sets the highest resident memory of a process to what it has now (proc_pid_clear_refs(5)). */
export function resetPeak(pid: number | "self" = "self"): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}

/** A line of `status`, in bytes. */
export function memoryBytes(field: "VmRSS" | "VmHWM", pid: number | "self" = "self"): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(
    readFileSync(`/proc/${pid}/status`, "latin1"),
  );
  if (line === null) throw new Error(`/proc/${pid}/status has no ${field}`);
  return Number(line[1]) * 1024;
}

/** Undefined for a process that has ended. */
function statOf(pid: number): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name stands in parentheses, and may have blanks.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  } catch {
    return undefined;
  }
}
