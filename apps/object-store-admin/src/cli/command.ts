import { parseArguments } from "@repo/command-line/parse-arguments";
import { UsageError } from "@repo/command-line/usage-error";

/** What the command line asks for. */
export type Command = { name: "help"; topic: CommandName | undefined } | Work;

export type Work = (
  | { name: "migrate"; direction: "up" | "status" }
  | { name: "migrate"; direction: "down"; steps: number; yes: boolean }
  | ({ name: "migrate"; direction: "sql" } & SqlOptions)
  | { name: "sweep"; batchSize: number | undefined }
  | { name: "audit"; fix: boolean; maxFixes: number | undefined }
  | {
      name: "verify";
      bytesPerSecond: number | undefined;
      maxFiles: number | undefined;
      cursor: string | undefined;
    }
  | {
      name: "make-variants";
      recipe: string | undefined;
      onlyMissing: boolean;
      dropUndefined: boolean;
      maxFiles: number | undefined;
      cursor: string | undefined;
    }
  | {
      name: "strip";
      privacy: "location" | "all";
      maxFiles: number | undefined;
      cursor: string | undefined;
    }
  | { name: "usage"; owner: string | undefined; system: boolean; top: number | undefined }
  | { name: "recount"; owner: string | undefined }
  | { name: "events"; dead: "list" | "retry" | "drop"; ids: readonly string[] }
  | { name: "erase"; userId: string; yes: boolean }
) & {
  json: boolean;
  /** No report when all is well. */
  quiet: boolean;
  /** A file with variables of the environment. */
  env: string | undefined;
};

export interface SqlOptions {
  down: boolean;
  /** The first and the last migration; undefined for those of the list. */
  from: string | undefined;
  to: string | undefined;
}

export type CommandName = Work["name"];

const OPTIONS = {
  "batch-size": { type: "string" },
  "bytes-per-second": { type: "string" },
  cursor: { type: "string" },
  down: { type: "boolean" },
  drop: { type: "boolean" },
  "drop-undefined": { type: "boolean" },
  env: { type: "string" },
  fix: { type: "boolean" },
  from: { type: "string" },
  help: { type: "boolean", short: "h" },
  json: { type: "boolean" },
  "max-files": { type: "string" },
  "max-fixes": { type: "string" },
  "only-missing": { type: "boolean" },
  owner: { type: "string" },
  quiet: { type: "boolean" },
  recipe: { type: "string" },
  retry: { type: "boolean" },
  steps: { type: "string" },
  system: { type: "boolean" },
  to: { type: "string" },
  top: { type: "string" },
  yes: { type: "boolean" },
} as const;

type OptionName = keyof typeof OPTIONS;

/** The options of each command, besides those of all. */
const TAKES: Record<CommandName, readonly OptionName[]> = {
  migrate: ["down", "from", "steps", "to", "yes"],
  sweep: ["batch-size", "quiet"],
  audit: ["fix", "max-fixes", "quiet"],
  verify: ["bytes-per-second", "cursor", "max-files", "quiet"],
  "make-variants": ["cursor", "drop-undefined", "max-files", "only-missing", "recipe"],
  strip: ["cursor", "max-files"],
  usage: ["owner", "system", "top"],
  recount: ["owner"],
  events: ["drop", "retry"],
  erase: ["yes"],
};

const OF_ALL: readonly string[] = ["env", "help", "json"] satisfies OptionName[];

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
  const allowed = [...OF_ALL, ...TAKES[command]];
  const foreign = tokens.find((token) => token.kind === "option" && !allowed.includes(token.name));
  if (foreign?.kind === "option") {
    throw new UsageError(`${command} takes no ${foreign.rawName}.`);
  }
  const { json = false, quiet = false, env } = values;
  const common = { json, quiet, env };
  const count = (option: OptionName, least: number): number | undefined =>
    countOf(option, values[option], least);
  switch (command) {
    case "migrate":
      return { ...migrateOf(rest, { ...values, steps: count("steps", 1) }), ...common };
    case "sweep":
      requireNoMore(command, rest);
      return { name: command, batchSize: count("batch-size", 1), ...common };
    case "audit":
      requireNoMore(command, rest);
      return {
        name: command,
        fix: values.fix === true,
        maxFixes: count("max-fixes", 0),
        ...common,
      };
    case "verify":
      requireNoMore(command, rest);
      return {
        name: command,
        bytesPerSecond: count("bytes-per-second", 1),
        maxFiles: count("max-files", 1),
        cursor: values.cursor,
        ...common,
      };
    case "make-variants":
      requireNoMore(command, rest);
      return {
        name: command,
        recipe: values.recipe,
        onlyMissing: values["only-missing"] === true,
        dropUndefined: values["drop-undefined"] === true,
        maxFiles: count("max-files", 1),
        cursor: values.cursor,
        ...common,
      };
    case "strip": {
      const [privacy, ...more] = rest;
      if (privacy !== "location" && privacy !== "all") {
        throw new UsageError("strip needs to know what to remove: location or all.");
      }
      requireNoMore(command, more);
      const maxFiles = count("max-files", 1);
      return { name: command, privacy, maxFiles, cursor: values.cursor, ...common };
    }
    case "usage":
      requireNoMore(command, rest);
      if (values.system === true && values.owner !== undefined) {
        throw new UsageError("usage takes --owner or --system, not both.");
      }
      return {
        name: command,
        owner: values.owner,
        system: values.system === true,
        top: count("top", 0),
        ...common,
      };
    case "recount":
      requireNoMore(command, rest);
      return { name: command, owner: values.owner, ...common };
    case "events": {
      if (values.retry === true && values.drop === true) {
        throw new UsageError("events takes --retry or --drop, not both.");
      }
      const dead = values.retry === true ? "retry" : values.drop === true ? "drop" : "list";
      return { name: command, dead, ids: rest, ...common };
    }
    case "erase": {
      const [userId, ...more] = rest;
      requireNoMore("erase <user>", more);
      if (userId === undefined) throw new UsageError("erase takes the id of a user.");
      return { name: command, userId, yes: values.yes === true, ...common };
    }
  }
}

function commandNamed(name: string): CommandName {
  const names = Object.keys(TAKES) as CommandName[];
  const found = names.find((known) => known === name);
  if (found !== undefined) return found;
  throw new UsageError(`There is no command ${quoted(name)}. There are ${names.join(", ")}.`);
}

interface MigrateOptions extends Partial<SqlOptions> {
  steps: number | undefined;
  yes?: boolean;
}

function migrateOf(
  rest: readonly string[],
  { steps, yes = false, down = false, from, to }: MigrateOptions,
) {
  const [direction, ...more] = rest;
  requireNoMore(`migrate ${direction ?? ""}`, more);
  if (direction !== "down" && (steps !== undefined || yes)) {
    throw new UsageError("--steps and --yes are for migrate down.");
  }
  if (direction !== "sql" && (down || from !== undefined || to !== undefined)) {
    throw new UsageError("--down, --from and --to are for migrate sql.");
  }
  switch (direction) {
    case "up":
    case "status":
      return { name: "migrate", direction } as const;
    case "down":
      return { name: "migrate", direction, steps: steps ?? 1, yes } as const;
    case "sql":
      return { name: "migrate", direction, down, from, to } as const;
    case undefined:
    default:
      throw new UsageError(`migrate takes up, down, status or sql, not ${quoted(direction)}.`);
  }
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

function quoted(value: unknown): string {
  return value === undefined ? "nothing" : JSON.stringify(value);
}
