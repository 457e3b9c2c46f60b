import { parseArguments } from "@repo/command-line/parse-arguments";
import { UsageError } from "@repo/command-line/usage-error";

const DEFAULT_CLIENTS = 400;
const QUICK_CLIENTS = 80;

export interface Options {
  readonly help: boolean;
  readonly clients: number;
  readonly seed: number;
}

/** @throws UsageError */
export function parseOptions(argv: readonly string[]): Options {
  const { values } = parseArguments(argv, {
    options: {
      clients: { type: "string" },
      help: { type: "boolean", short: "h" },
      quick: { type: "boolean" },
      seed: { type: "string" },
    },
  });
  const { clients, seed, help = false, quick = false } = values;
  const usual = quick ? QUICK_CLIENTS : DEFAULT_CLIENTS;
  return {
    help,
    clients: clients === undefined ? usual : numberOf("--clients", clients, 24, 2_000),
    seed: seed === undefined ? 1 : numberOf("--seed", seed, 0, 2 ** 31 - 1),
  };
}

function numberOf(name: string, value: string, least: number, most: number): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number >= least && number <= most) return number;
  throw new UsageError(
    `${name} takes a whole number from ${least} to ${most}, not ${JSON.stringify(value)}.`,
  );
}
