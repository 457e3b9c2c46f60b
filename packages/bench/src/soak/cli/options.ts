import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { parseArguments } from "@repo/command-line/parse-arguments";
import { UsageError } from "@repo/command-line/usage-error";

export interface Options {
  readonly minutes: number;
  readonly concurrency: number;
  /** Absolute path of the picture. */
  readonly svg: string;
  readonly json: boolean;
  readonly help: boolean;
}

export const DEFAULT_MINUTES = 30;
export const DEFAULT_CONCURRENCY = 32;
export const MAX_CONCURRENCY = 128;
/** A week: timers count milliseconds in 31 bits. */
const MAX_MINUTES = 10_080;
const DEFAULT_SVG = fileURLToPath(new URL("../../../../../docs/soak.svg", import.meta.url));

/** @throws UsageError */
export function parseOptions(argv: readonly string[]): Options {
  const {
    minutes,
    concurrency,
    svg,
    json = false,
    help = false,
  } = parseArguments(argv, {
    options: {
      minutes: { type: "string" },
      concurrency: { type: "string" },
      svg: { type: "string" },
      json: { type: "boolean" },
      help: { type: "boolean", short: "h" },
    },
  }).values;
  return {
    minutes: minutesOf(minutes),
    concurrency: concurrencyOf(concurrency),
    svg: svgOf(svg),
    json,
    help,
  };
}

function minutesOf(value: string | undefined): number {
  if (value === undefined) return DEFAULT_MINUTES;
  const minutes = Number(value);
  if (/^\d+(\.\d+)?$/.test(value) && minutes > 0 && minutes <= MAX_MINUTES) return minutes;
  throw new UsageError(
    `--minutes takes a number above 0, up to ${MAX_MINUTES}, not ${JSON.stringify(value)}.`,
  );
}

function concurrencyOf(value: string | undefined): number {
  if (value === undefined) return DEFAULT_CONCURRENCY;
  const concurrency = Number(value);
  if (/^\d+$/.test(value) && concurrency >= 1 && concurrency <= MAX_CONCURRENCY) return concurrency;
  throw new UsageError(
    `--concurrency takes a whole number from 1 to ${MAX_CONCURRENCY}, not ${JSON.stringify(value)}.`,
  );
}

function svgOf(value: string | undefined): string {
  if (value === "") throw new UsageError("--svg was given an empty path.");
  return value === undefined ? DEFAULT_SVG : resolve(value);
}
