import type { ServiceAddresses, ServiceName } from "./services/service-addresses.js";

/** One subject, measured from several sides. Each lives in a file of its own under `benches`. */
export interface Bench {
  /** What `--only` names. */
  readonly name: string;
  /** What is measured, in one sentence. */
  readonly summary: string;
  readonly cases: readonly BenchCase[];
}

export interface BenchCase {
  readonly name: string;
  /** The servers that have to run; a case whose servers are not available is skipped and named. */
  readonly needs: readonly ServiceName[];
  /** The only system that the case can be measured on; it is skipped on others and named. */
  readonly platform?: NodeJS.Platform;
  /** Makes what all rounds share, such as generated files; runs once, in the process that reports. */
  readonly prepare?: () => Promise<void>;
  /** Ours and what it is compared with. Every round starts each of them in a process of its own. */
  readonly variants: Readonly<Record<"ours", Variant> & Record<string, Variant>>;
  readonly comparisons: readonly Comparison[];
  /** Whether the delay of the event loop is sampled each millisecond, which costs some CPU. */
  readonly eventLoop?: boolean;
}

export interface Variant {
  /** Connects and warms up; what this takes is not measured. */
  start(services: ServiceAddresses): Promise<Round>;
}

/** Named numbers of a round besides those that are taken of each. */
export type Figures = Readonly<Record<string, number>>;

export interface Round {
  /** The measured part; may give figures of its own. */
  run(): Promise<Figures | undefined>;
  /** Proves that what `run` did is right, unmeasured; a rejection fails the whole benchmark. */
  check(): Promise<void>;
  close(): Promise<void>;
}

/** What is taken of every round. Seconds, bytes and milliseconds. */
export type Metric =
  | "wallSeconds"
  | "cpuSeconds"
  | "peakGrowthBytes"
  | "eventLoopP99Ms"
  | "eventLoopMaxMs"
  /** Resident memory of the largest child process at its highest; absent where there is none. */
  | "childPeakBytes";

export interface Comparison {
  /** A metric, or a figure that the rounds give. */
  readonly metric: Metric | (string & {});
  /** The variant that ours is held against. */
  readonly against?: string;
  /**
   * What has to hold of the ratio ours / baseline, of the difference ours - baseline, or of our median
   * alone; none only informs.
   */
  readonly goal?: Goal;
}

export interface Goal {
  readonly of: "ratio" | "difference" | "ours";
  readonly atMost?: number;
  readonly atLeast?: number;
}
