import { availableParallelism } from "node:os";

import { parseArguments } from "@repo/command-line/parse-arguments";
import { UsageError } from "@repo/command-line/usage-error";

import { type Sabotage, SABOTAGES } from "../job.js";

export interface Options {
  help: boolean;
  json: boolean;
  quick: boolean;
  only: readonly string[];
  sites: number;
  sabotage: Sabotage | undefined;
}

/** @throws UsageError */
export function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArguments(argv, {
    options: {
      help: { type: "boolean", short: "h" },
      json: { type: "boolean" },
      only: { type: "string", multiple: true },
      quick: { type: "boolean" },
      sabotage: { type: "string" },
      sites: { type: "string" },
    },
  });
  return {
    help: values.help === true,
    json: values.json === true,
    quick: values.quick === true,
    only: values.only ?? [],
    sites: sitesOf(values.sites),
    sabotage: sabotageOf(values.sabotage),
  };
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
