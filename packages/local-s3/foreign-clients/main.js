/**
 * Runs the usual operations of foreign S3 clients against this server, and prints what came of them.
 *
 *   node packages/local-s3/foreign-clients/main.js [client…]
 *
 * Debian's clients have to be installed; those of npm are installed into a temporary folder. A client
 * that is not there is skipped, but with CI=true that is a failure. Ends with status 1 when an
 * operation fails that the README does not name as missing, or when one that it names succeeds.
 */
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";

import { CLIENTS, MISSING, NPM_PACKAGES } from "./clients.js";

const HERE = import.meta.dirname;
const PROGRAM = join(HERE, "../bin/local-s3.js");
const KEYS = { accessKeyId: "FOREIGN", secretAccessKey: "foreign/secret+key" };
const LARGE_BYTES = 12_000_000;
const TIMEOUT_MS = 900_000;
const run = promisify(execFile);

const readme = await readFile(join(HERE, "../README.md"), "utf8");
for (const { reason } of MISSING) {
  if (!readme.includes(reason)) throw new Error(`README.md does not say: ${reason}`);
}
const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !CLIENTS.some((client) => client.name === name));
if (unknown.length > 0) throw new Error(`There is no client named ${unknown.join(", ")}`);

const folder = await mkdtemp(join(tmpdir(), "local-s3-foreign-"));
const results = [];
try {
  for (const client of CLIENTS.filter(({ name }) => chosen.length === 0 || chosen.includes(name))) {
    results.push({ name: client.name, ...(await judge(client)) });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
printTable(results);
const failures = results.flatMap(({ name, failures }) =>
  failures.map((each) => `${name}: ${each}`),
);
for (const failure of failures) console.error(failure);
process.exitCode = failures.length > 0 ? 1 : 0;

/** What a client did, by operation, and what of it is wrong. */
async function judge(client) {
  const reason = await absence(client);
  if (reason !== undefined) {
    console.log(`${client.name} is skipped: ${reason}`);
    return { outcomes: new Map(), failures: process.env.CI === "true" ? [reason] : [] };
  }
  const { outcomes, error } = await operate(client);
  const missing = MISSING.filter((each) => each.client === client.name);
  const failures = error === undefined ? [] : [error];
  for (const [operation, problem] of outcomes) {
    if (problem === "" && missing.some((each) => each.operation === operation)) {
      failures.push(`${operation} works, so the README is wrong`);
    } else if (problem !== "" && !isDocumented(client.name, operation, problem)) {
      failures.push(`${operation} failed: ${problem}`);
    }
  }
  for (const operation of [...client.operations, ...missing.map((each) => each.operation)]) {
    if (!outcomes.has(operation)) failures.push(`${operation} was not tried`);
  }
  return { outcomes, failures };
}

function isDocumented(name, operation, problem) {
  return MISSING.some(
    ({ client, code, ...each }) =>
      client === name && each.operation === operation && problem.includes(code),
  );
}

async function absence({ needs }) {
  if (needs === "npm") return installPackages();
  try {
    await access(needs.file);
    return undefined;
  } catch {
    return `apt-get install ${needs.package}`;
  }
}

/** Once for all; the reason when it cannot be done. */
async function installPackages() {
  const modules = join(folder, "npm");
  try {
    await access(modules);
  } catch {
    await mkdir(modules);
    await writeFile(join(modules, "package.json"), '{ "type": "module" }');
    const options = ["--loglevel=error", "--no-audit", "--no-fund", "--prefix", modules];
    try {
      await run("npm", ["install", ...options, ...NPM_PACKAGES], { timeout: TIMEOUT_MS });
    } catch (error) {
      return `npm install failed: ${String(error.stderr).trim()}`;
    }
  }
  return undefined;
}

/** Runs a client on a server and in a folder of its own. */
async function operate(client) {
  const home = join(folder, client.name);
  await mkdir(join(home, "tree", "deep"), { recursive: true });
  await writeFile(join(home, "small.txt"), "a small file\n");
  await writeFile(join(home, "large.bin"), Buffer.alloc(LARGE_BYTES, "a large file "));
  await writeFile(join(home, "tree", "one & two.txt"), "one");
  await writeFile(join(home, "tree", "deep", "three.txt"), "three");
  const server = await startServer(join(home, "data"));
  try {
    return await speak(client, home, server.endpoint);
  } finally {
    server.child.kill("SIGTERM");
    await once(server.child, "exit");
  }
}

async function startServer(dataDir) {
  const keys = ["--access-key", KEYS.accessKeyId, "--secret-key", KEYS.secretAccessKey];
  const child = spawn(PROGRAM, ["--data", dataDir, ...keys], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = await once(child.stdout, "data");
  return { child, endpoint: /http:\/\/\S+/.exec(String(line))[0] };
}

/** Reads the lines of a client: `ok <operation>`, or `failed <operation>: <problem>`. */
async function speak(client, home, endpoint) {
  const script = await placeScript(client);
  const child = spawn(client.command, [script], {
    cwd: home,
    env: {
      PATH: process.env.PATH,
      HOME: home,
      NODE: process.execPath,
      NODE_NO_WARNINGS: "1",
      ENDPOINT: endpoint,
      BUCKET: `foreign-${client.name}`,
      AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
      AWS_DEFAULT_REGION: "us-east-1",
      AWS_EC2_METADATA_DISABLED: "true",
    },
    stdio: ["ignore", "pipe", "inherit"],
    timeout: TIMEOUT_MS,
  });
  const exited = once(child, "exit");
  const outcomes = new Map();
  for await (const line of createInterface({ input: child.stdout })) {
    const [, verdict, operation, problem] = /^(ok|failed) ([\w ]+)(?:: (.*))?$/.exec(line) ?? [];
    if (verdict === undefined) console.log(`${client.name}: ${line}`);
    else outcomes.set(operation, verdict === "ok" ? "" : problem || "no reason given");
  }
  const [code, signal] = await exited;
  return { outcomes, error: code === 0 ? undefined : `ended with ${code ?? signal}` };
}

/** Scripts for Node go beside the packages that they import. */
async function placeScript({ needs, script }) {
  const path = join(HERE, script);
  if (needs !== "npm") return path;
  const copy = join(folder, "npm", script);
  await copyFile(join(HERE, "report.js"), join(folder, "npm", "report.js"));
  await copyFile(path, copy);
  return copy;
}

function printTable(columns) {
  const operations = [...new Set(columns.flatMap(({ outcomes }) => [...outcomes.keys()]))];
  const cell = ({ name, outcomes }, operation) => {
    const problem = outcomes.get(operation);
    if (problem === undefined) return "-";
    if (problem === "") return "works";
    return isDocumented(name, operation, problem) ? "missing" : "FAILS";
  };
  const rows = [
    ["", ...columns.map(({ name }) => name)],
    ...operations.map((operation) => [
      operation,
      ...columns.map((column) => cell(column, operation)),
    ]),
  ];
  const widths = rows[0].map((_, index) => Math.max(...rows.map((row) => row[index].length)));
  for (const row of rows) {
    console.log(
      row
        .map((text, index) => text.padEnd(widths[index]))
        .join("  ")
        .trimEnd(),
    );
  }
  console.log("missing: fails, as the README says; -: the client has no such operation");
}
