import { parseArgs } from "node:util";

export interface Command {
  /** Names of benchmarks, and beginnings of cases as "bench/case"; all when empty. */
  readonly only: readonly string[];
  readonly json: boolean;
  readonly quick: boolean;
  readonly list: boolean;
  readonly help: boolean;
  readonly rounds: number | undefined;
}

export const USAGE = `pnpm bench [options]

Runs ours and what it is compared with in turn, each round in a fresh process, and prints the
medians. PostgreSQL and the S3 servers are started for it.

  --only NAME   a benchmark, or a case as "bench/start of the case's name"; may be repeated
  --rounds N    rounds of each variant; 5 by default
  --quick       2 rounds: shows that all runs, not how fast
  --json        results as JSON lines on standard output; the table goes to standard error
  --list        names the benchmarks and their cases
  --help        this text

An S3 server of your own takes part as "external" when BENCH_S3_ENDPOINT, BENCH_S3_ACCESS_KEY_ID and
BENCH_S3_SECRET_ACCESS_KEY are set; BENCH_S3_REGION is us-east-1 and BENCH_S3_BUCKET bench if not.
`;

/** @throws TypeError for options that are none of these */
export function readCommandLine(args: readonly string[]): Command {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: "string", multiple: true, default: [] },
      rounds: { type: "string" },
      json: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const { only, json, quick, list, help } = values;
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0)) {
    throw new TypeError("--rounds takes a whole number from 1");
  }
  return { only, json, quick, list, help, rounds };
}
