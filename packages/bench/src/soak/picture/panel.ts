import type { Sample } from "../samples/sample.js";

/** One of the diagrams of the picture. */
export interface Panel {
  readonly title: string;
  readonly unit: string;
  readonly lines: readonly Line[];
}

/** At most three on a panel: there are colors for no more. */
export interface Line {
  readonly label: string;
  /** In the panel's unit. */
  readonly value: (sample: Sample) => number;
}

const BYTES_PER_MB = 1_000_000;

export const PANELS: readonly Panel[] = [
  {
    title: "Memory",
    unit: "MB",
    lines: [
      { label: "resident", value: ({ rssBytes }) => rssBytes / BYTES_PER_MB },
      { label: "heap used", value: ({ heapUsedBytes }) => heapUsedBytes / BYTES_PER_MB },
      {
        label: "external, array buffers included",
        value: ({ externalBytes }) => externalBytes / BYTES_PER_MB,
      },
    ],
  },
  {
    title: "Delay of the event loop",
    unit: "ms",
    lines: [
      { label: "p99", value: ({ delayP99Ms }) => delayP99Ms },
      { label: "p50", value: ({ delayP50Ms }) => delayP50Ms },
    ],
  },
  {
    title: "Open connections",
    unit: "count",
    lines: [
      { label: "to S3", value: ({ s3Sockets }) => s3Sockets },
      { label: "to PostgreSQL", value: ({ databaseConnections }) => databaseConnections },
    ],
  },
  {
    title: "Operations",
    unit: "per second",
    lines: [
      { label: "done", value: ({ operationsPerSecond }) => operationsPerSecond },
      { label: "failed", value: ({ failuresPerSecond }) => failuresPerSecond },
    ],
  },
];
