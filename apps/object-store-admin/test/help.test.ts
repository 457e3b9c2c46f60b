import { readFile } from "node:fs/promises";

import { describe, expect, it } from "@jest/globals";

import { parseCommand } from "../src/cli/command.js";
import { bucketSettings } from "../src/settings/bucket.js";
import {
  databasePooler,
  databaseUrl,
  eventsOf,
  historyTable,
  leaseSecondsOf,
} from "../src/settings/database.js";
import { layoutOf } from "../src/settings/layout.js";
import { variantsOf } from "../src/settings/variants.js";
import { runCommand } from "./support/program.js";

const COMMANDS = [
  "migrate",
  "sweep",
  "audit",
  "verify",
  "make-variants",
  "strip",
  "usage",
  "recount",
  "events",
  "erase",
];

/** Everything that the program takes, with a value that it accepts. */
const OPTIONS: Readonly<Record<string, string | undefined>> = {
  "batch-size": "1",
  "bytes-per-second": "1",
  cursor: "c",
  down: undefined,
  drop: undefined,
  "drop-undefined": undefined,
  env: "file",
  fix: undefined,
  from: "a",
  help: undefined,
  json: undefined,
  "max-files": "1",
  "max-fixes": "1",
  "only-missing": undefined,
  owner: "a",
  quiet: undefined,
  recipe: "thumb",
  retry: undefined,
  steps: "1",
  system: undefined,
  to: "b",
  top: "1",
  yes: undefined,
};

/** What a command needs besides its options, in every form that takes options of its own. */
const WORDS: Readonly<Record<string, readonly string[][]>> = {
  migrate: [["up"], ["down"], ["sql"]],
  strip: [["all"]],
  erase: [["user"]],
};

function matches(text: string, pattern: RegExp): string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, found = ""]) => found))].sort();
}

/** The part of a text from one line to another. */
function between(text: string, start: RegExp, end: RegExp): string {
  const [, after = ""] = text.split(start);
  return after.split(end)[0] ?? "";
}

async function documentation(): Promise<string> {
  const text = await readFile(new URL("../../../docs/operations.md", import.meta.url), "utf8");
  return between(text, /^## The program$/m, /^## /m);
}

/** The options that a command of the line parser takes. */
function acceptedBy(command: string): string[] {
  const ways = WORDS[command] ?? [[]];
  return Object.keys(OPTIONS).filter((option) =>
    ways.some((way) => {
      const value = OPTIONS[option];
      try {
        parseCommand([command, ...way, `--${option}${value === undefined ? "" : `=${value}`}`]);
        return true;
      } catch {
        return false;
      }
    }),
  );
}

describe("--help", () => {
  it.each(COMMANDS)(
    "of %s names the options that it takes, as the documentation does",
    async (command) => {
      const { code, stdout, stderr } = await runCommand({}, "help", command);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toContain(`Usage: object-store-admin ${command}`);
      expect(await runCommand({}, command, "--help")).toMatchObject({ stdout });
      const accepted = acceptedBy(command);
      const [text = ""] = stdout.split(/^Environment:$/m);
      expect(matches(text, /--([a-z-]+)/g)).toEqual(accepted);
      const rows = between(await documentation(), /^\| command .*$/m, /^$/m).split("\n");
      const own = rows.filter((row) => row.includes(`| \`${command} `) || row.startsWith("| each"));
      expect(matches(own.join("\n"), /--([a-z-]+)/g)).toEqual(accepted);
    },
  );

  it("names the commands, as the documentation does", async () => {
    const { stdout } = await runCommand({}, "--help");
    const named = matches(between(stdout, /^Commands:$/m, /^$/m), /^ {2}([a-z-]+)/gm);
    expect(named).toEqual([...COMMANDS].sort());
    const rows = between(await documentation(), /^\| command .*$/m, /^$/m);
    expect(matches(rows, /^\| `([a-z-]+)/gm)).toEqual(named);
  });

  it("names the variables that are read, as the documentation does", async () => {
    const read = new Set(["NO_COLOR"]);
    const variables: Record<string, string> = {
      DATABASE_URL: "postgres://host/name",
      OWNER_TABLE: "a.b",
      S3_ACCESS_KEY_ID: "key",
      S3_BUCKET: "media",
      S3_SECRET_ACCESS_KEY: "secret",
      S3_REGION: "here",
    };
    const environment = new Proxy(variables, {
      get(target, name: string) {
        read.add(name);
        return target[name];
      },
    });
    for (const settings of [
      ...[databaseUrl, databasePooler, eventsOf, historyTable, leaseSecondsOf],
      ...[layoutOf, variantsOf],
    ]) {
      settings(environment);
    }
    await bucketSettings(environment);
    const named = [...read].sort();
    const { stdout } = await runCommand({}, "--help");
    const lines = between(stdout, /^Environment:$/m, /^$/m).match(/^ {2}[A-Z].*$/gm) ?? [];
    const heads = lines.map((line) => line.trim().split(/ {2,}/)[0] ?? "");
    expect(matches(heads.join(" "), /([A-Z][A-Z0-9_]+)/g)).toEqual(named);
    const rows = between(await documentation(), /^\| variable .*$/m, /^$/m).split("\n");
    const cells = rows.map((row) => row.split("|")[1] ?? "");
    expect(matches(cells.join(" "), /([A-Z][A-Z0-9_]+)/g)).toEqual(named);
  });

  it("names the exit codes and the crontab, as the documentation does", async () => {
    const { stdout } = await runCommand({}, "--help");
    const documented = await documentation();
    const codes = matches(between(stdout, /^Exit codes:$/m, /^$/m), /^ {2}(\d+)/gm);
    expect(codes).toEqual(["0", "1", "130", "2", "3"]);
    expect(matches(between(documented, /^\| exit code .*$/m, /^$/m), /^\| (\d+)/gm)).toEqual(codes);
    const crontab = between(documented, /^```crontab$/m, /^```$/m)
      .trim()
      .split("\n");
    const shown = between(stdout, /^A crontab.*$/m, /^$/m)
      .trim()
      .split("\n");
    expect(shown.map((line) => line.trim())).toEqual(crontab);
    expect(crontab).toHaveLength(4);
  });
});
