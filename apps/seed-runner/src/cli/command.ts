import { resolve } from "node:path";

import { parseArguments } from "@repo/command-line/parse-arguments";
import { UsageError } from "@repo/command-line/usage-error";

import { parseOwner, type OwnerChoice } from "./owner-choice.js";

/** What the command line asks for. */
export type Command = { name: "help" } | ResetCommand | SeedCommand;

/** Removes the data of the embedded services. */
export interface ResetCommand {
  name: "reset";
  dataDir: string;
  json: boolean;
}

/** Stores files, proves and reports them. */
export interface SeedCommand {
  name: "seed";
  /** Files and folders as given; none stands for the generated samples. */
  from: readonly string[];
  /** Who owns the files of `from`. */
  owner: OwnerChoice;
  /** Uploads under way at once. */
  concurrency: number;
  /** Absolute path of the contact sheet to write. */
  report: string | undefined;
  serve: boolean;
  json: boolean;
  dataDir: string;
}

export const DEFAULT_CONCURRENCY = 4;
/** Each upload holds two database connections, and PostgreSQL allows 100 by default. */
export const MAX_CONCURRENCY = 32;

const OPTIONS = {
  concurrency: { type: "string" },
  data: { type: "string" },
  from: { type: "string", multiple: true },
  help: { type: "boolean", short: "h" },
  json: { type: "boolean" },
  owner: { type: "string" },
  report: { type: "string" },
  reset: { type: "boolean" },
  serve: { type: "boolean" },
} as const;

const RESET_TAKES = new Set(["data", "json", "reset"]);

/**
 * @param defaultDataDir where the embedded services keep their data unless `--data` says otherwise
 * @throws UsageError
 */
export function parseCommand(argv: readonly string[], defaultDataDir: string): Command {
  const { values, tokens } = parseArguments(argv, {
    options: OPTIONS,
    allowPositionals: true,
    tokens: true,
  });
  if (values.help === true) return { name: "help" };

  const dataDir = values.data === undefined ? defaultDataDir : folderOf("--data", values.data);
  const json = values.json === true;
  const from = tokens.flatMap((token) => {
    if (token.kind === "positional") return [token.value];
    return token.kind === "option" && token.name === "from" ? [token.value] : [];
  });
  if (from.includes("")) throw new UsageError("--from was given an empty path.");

  if (values.reset === true) {
    const other = tokens.find((token) => token.kind === "option" && !RESET_TAKES.has(token.name));
    if (other !== undefined || from.length > 0) {
      throw new UsageError("--reset goes alone, or with --data and --json. Run it first.");
    }
    return { name: "reset", dataDir, json };
  }
  if (values.owner !== undefined && from.length === 0) {
    throw new UsageError("--owner is for --from; the generated samples have owners of their own.");
  }
  return {
    name: "seed",
    from,
    owner: parseOwner(values.owner),
    concurrency: parseConcurrency(values.concurrency),
    report: values.report === undefined ? undefined : folderOf("--report", values.report),
    serve: values.serve === true,
    json,
    dataDir,
  };
}

function folderOf(option: string, value: string): string {
  if (value === "") throw new UsageError(`${option} was given an empty path.`);
  return resolve(value);
}

function parseConcurrency(value: string | undefined): number {
  if (value === undefined) return DEFAULT_CONCURRENCY;
  const concurrency = Number(value);
  if (!/^\d+$/.test(value) || concurrency < 1 || concurrency > MAX_CONCURRENCY) {
    throw new UsageError(
      `--concurrency takes a whole number from 1 to ${MAX_CONCURRENCY}, not ${JSON.stringify(value)}.`,
    );
  }
  return concurrency;
}
