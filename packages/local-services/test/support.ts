import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { Client } from "pg";

import { type LocalPostgres, startLocalPostgres } from "../src/index.js";

const OWNER = fileURLToPath(new URL("fixtures/owner.mjs", import.meta.url));

/** What a test started, ended in reverse order whatever the test did. */
export class Scope {
  readonly #endings: (() => Promise<unknown>)[] = [];

  defer(ending: () => Promise<unknown>): void {
    this.#endings.push(ending);
  }

  async end(): Promise<void> {
    for (const ending of this.#endings.splice(0).reverse()) await ending();
  }

  /** A folder that, as mkdtemp makes it, is closed to other accounts than `owner`. */
  async dataDir(owner?: number): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "local-services-"));
    this.defer(() => rm(folder, { recursive: true, force: true }));
    if (owner !== undefined) await chown(folder, owner, owner);
    return folder;
  }

  async start(dataDir: string, port = 0): Promise<LocalPostgres> {
    const postgres = await startLocalPostgres({ dataDir, port, durable: false });
    this.defer(() => postgres.stop());
    return postgres;
  }

  async connect(url: string): Promise<Client> {
    const client = new Client({ connectionString: url, ssl: false });
    // A server that is stopped under a client is a matter of the query, not of the process.
    client.on("error", () => undefined);
    await client.connect();
    this.defer(() => client.end());
    return client;
  }

  /** Another process that owns a server on `dataDir`. */
  owner(dataDir: string, options: SpawnOptions = {}): ChildProcess {
    const child = spawn(process.execPath, [OWNER, dataDir], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      ...options,
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.defer(async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill("SIGTERM");
      await once(child, "exit");
    });
    return child;
  }
}

export interface OwnerReport {
  readonly url?: string;
  readonly code?: string;
  readonly message?: string;
}

/** How the start of an owner's server went. */
export async function report(owner: ChildProcess): Promise<OwnerReport> {
  if (owner.stdout === null) throw new Error("the owner's output is not a pipe");
  for await (const line of createInterface(owner.stdout)) return JSON.parse(line) as OwnerReport;
  throw new Error("the owner ended without a word");
}
