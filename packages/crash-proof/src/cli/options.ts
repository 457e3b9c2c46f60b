import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";

import { errorCode } from "../error-code.js";
import { type Sabotage, SABOTAGES } from "../job.js";

export interface Options {
  help: boolean;
  json: boolean;
  quick: boolean;
  only: string | undefined;
  sites: number;
  sabotage: Sabotage | undefined;
}

/** Raised when the command line asks for what cannot be done. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** @throws UsageError */
export function parseOptions(argv: readonly string[]): Options {
  const values = parse(argv);
  return {
    help: values.help === true,
    json: values.json === true,
    quick: values.quick === true,
    only: values.only,
    sites: sitesOf(values.sites),
    sabotage: sabotageOf(values.sabotage),
  };
}

function parse(argv: readonly string[]) {
  // `pnpm crash-proof -- --json` hands the separator on.
  const args = argv[0] === "--" ? argv.slice(1) : [...argv];
  try {
    return parseArgs({
      args,
      options: {
        help: { type: "boolean", short: "h" },
        json: { type: "boolean" },
        only: { type: "string" },
        quick: { type: "boolean" },
        sabotage: { type: "string" },
        sites: { type: "string" },
      },
    }).values;
  } catch (error) {
    if (errorCode(error)?.startsWith("ERR_PARSE_ARGS_") !== true) throw error;
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function sitesOf(value: string | undefined): number {
  if (value === undefined) return Math.min(4, availableParallelism());
  const sites = Number(value);
  if (Number.isInteger(sites) && sites >= 1 && sites <= 16) return sites;
  throw new UsageError(`--sites takes a whole number from 1 to 16, not ${JSON.stringify(value)}.`);
}

function sabotageOf(value: string | undefined): Sabotage | undefined {
  if (value === undefined) return undefined;
  const found = SABOTAGES.find((sabotage) => sabotage === value);
  if (found !== undefined) return found;
  throw new UsageError(`--sabotage takes ${SABOTAGES.join(", ")}, not ${JSON.stringify(value)}.`);
}
