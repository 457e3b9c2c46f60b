import { parseArguments } from "@repo/command-line/parse-arguments";
import { UsageError } from "@repo/command-line/usage-error";

/** What the command line asks for. */
export type Command = { name: "help"; topic: CommandName | undefined } | Work;

export type Work = (
  | { name: "migrate"; direction: "up" | "status" }
  | { name: "migrate"; direction: "down"; steps: number; yes: boolean }
  | { name: "sweep"; batchSize: number | undefined }
  | { name: "audit"; fix: boolean; maxFixes: number | undefined }
  | {
      name: "verify";
      bytesPerSecond: number | undefined;
      maxFiles: number | undefined;
      cursor: string | undefined;
    }
  | { name: "usage"; owner: string | null | undefined; top: number | undefined }
  | { name: "erase"; userId: string; yes: boolean }
) & { json: boolean };

export type CommandName = Work["name"];

const OPTIONS = {
  "batch-size": { type: "string" },
  "bytes-per-second": { type: "string" },
  cursor: { type: "string" },
  fix: { type: "boolean" },
  help: { type: "boolean", short: "h" },
  json: { type: "boolean" },
  "max-files": { type: "string" },
  "max-fixes": { type: "string" },
  owner: { type: "string" },
  steps: { type: "string" },
  top: { type: "string" },
  yes: { type: "boolean" },
} as const;

type OptionName = keyof typeof OPTIONS;

/** The options of each command, besides --json and --help. */
const TAKES: Record<CommandName, readonly OptionName[]> = {
  migrate: ["steps", "yes"],
  sweep: ["batch-size"],
  audit: ["fix", "max-fixes"],
  verify: ["bytes-per-second", "cursor", "max-files"],
  usage: ["owner", "top"],
  erase: ["yes"],
};

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** @throws UsageError */
export function parseCommand(argv: readonly string[]): Command {
  const { values, positionals, tokens } = parseArguments(argv, {
    options: OPTIONS,
    allowPositionals: true,
    tokens: true,
  });
  const [name, ...rest] = positionals;
  if (values.help === true || name === undefined || name === "help") {
    const topic = name === "help" ? rest[0] : name;
    return { name: "help", topic: topic === undefined ? undefined : commandNamed(topic) };
  }
  const command = commandNamed(name);
  const allowed = ["json", "help", ...TAKES[command]];
  const foreign = tokens.find((token) => token.kind === "option" && !allowed.includes(token.name));
  if (foreign?.kind === "option") {
    throw new UsageError(`${command} takes no ${foreign.rawName}.`);
  }
  const json = values.json === true;
  const count = (option: OptionName, least: number): number | undefined =>
    countOf(option, values[option], least);
  switch (command) {
    case "migrate":
      return { ...migrateOf(rest, count("steps", 1), values.yes === true), json };
    case "sweep":
      requireNoMore(command, rest);
      return { name: command, batchSize: count("batch-size", 1), json };
    case "audit":
      requireNoMore(command, rest);
      return { name: command, fix: values.fix === true, maxFixes: count("max-fixes", 0), json };
    case "verify":
      requireNoMore(command, rest);
      return {
        name: command,
        bytesPerSecond: count("bytes-per-second", 1),
        maxFiles: count("max-files", 1),
        cursor: values.cursor,
        json,
      };
    case "usage":
      requireNoMore(command, rest);
      return { name: command, owner: ownerOf(values.owner), top: count("top", 0), json };
    case "erase": {
      const [userId, ...more] = rest;
      requireNoMore("erase <user>", more);
      if (userId === undefined || !UUID.test(userId)) {
        throw new UsageError(`erase takes the UUID of a user, not ${quoted(userId)}.`);
      }
      return { name: command, userId: userId.toLowerCase(), yes: values.yes === true, json };
    }
  }
}

function commandNamed(name: string): CommandName {
  const names = Object.keys(TAKES) as CommandName[];
  const found = names.find((known) => known === name);
  if (found !== undefined) return found;
  throw new UsageError(`There is no command ${quoted(name)}. There are ${names.join(", ")}.`);
}

function migrateOf(rest: readonly string[], steps: number | undefined, yes: boolean) {
  const [direction, ...more] = rest;
  requireNoMore(`migrate ${direction ?? ""}`, more);
  if (direction === "down") return { name: "migrate", direction, steps: steps ?? 1, yes } as const;
  if (direction !== "up" && direction !== "status") {
    throw new UsageError(`migrate takes up, down or status, not ${quoted(direction)}.`);
  }
  if (steps !== undefined || yes) throw new UsageError("--steps and --yes are for migrate down.");
  return { name: "migrate", direction } as const;
}

function requireNoMore(command: string, rest: readonly string[]): void {
  if (rest.length > 0) throw new UsageError(`${command} takes no further ${quoted(rest[0])}.`);
}

function countOf(option: string, value: unknown, least: number): number | undefined {
  if (value === undefined) return undefined;
  const count = Number(value);
  if (typeof value === "string" && /^\d+$/.test(value) && count >= least) return count;
  throw new UsageError(`--${option} takes a whole number from ${least}, not ${quoted(value)}.`);
}

function ownerOf(value: string | undefined): string | null | undefined {
  if (value === undefined) return undefined;
  if (value === "system") return null;
  if (UUID.test(value)) return value.toLowerCase();
  throw new UsageError(`--owner takes the UUID of a user, or "system", not ${quoted(value)}.`);
}

function quoted(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
