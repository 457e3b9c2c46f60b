import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { fromPath, type MediaScope, objectStoreProvider } from "@repo/object-store";
import { objectStoreMaintenance } from "@repo/object-store/maintenance";
import { QueryTypes, Transaction } from "sequelize";
import { v7 as uuidv7 } from "uuid";

import { mediaAt } from "../cases/media-at.js";
import { writeMedia } from "../site/media.js";
import { Site } from "../site/site.js";
import type { ListenerJob } from "./messages.js";

const LISTENER = fileURLToPath(new URL("listener.js", import.meta.url));

const LISTENERS = 2;
const UPLOADERS = 4;

/** Milliseconds between two kills, at least and at most. */
const KILL_AFTER = [100, 800] as const;

/** Milliseconds without an event that is heard, after which the rest will not be either. */
const PATIENCE = 60_000;

/** What became of the events, in figures. */
export interface EventsSummary {
  uploads: number;
  rolledBack: number;
  kills: number;
  /** Events that were to be heard. */
  events: number;
  /** Attempts: more than events where a listener was killed, or its handler failed. */
  heard: number;
  missing: number;
  /** Heard after a later one of the same file. */
  outOfOrder: number;
  /** Heard of what was rolled back, or otherwise never happened. */
  unexpected: number;
}

/** Whether every event was heard, in order, and nothing else. */
export function isHeard({ missing, outOfOrder, unexpected, kills }: EventsSummary): boolean {
  return missing + outOfOrder + unexpected === 0 && kills > 0;
}

/** The types of the events of each file that are to be heard, in their order. */
type Expected = Map<string, string[]>;

/** Uploads, changes and deletes files while two listeners are killed at random. */
export async function proveEvents(uploads: number, signal: AbortSignal): Promise<EventsSummary> {
  const folder = await mkdtemp(join(tmpdir(), "crash-proof-events-"));
  const site = await Site.start(join(folder, "site"));
  try {
    const media = (await writeMedia(join(folder, "media"))).image.small;
    const s3 = await site.clear();
    const { database, databaseUrl } = site;
    await database.query(`
      CREATE TABLE heard (
        serial bigint GENERATED ALWAYS AS IDENTITY, event_id bigint NOT NULL, file_id uuid NOT NULL,
        type text NOT NULL, is_done boolean NOT NULL DEFAULT false
      )
    `);
    const userId = uuidv7();
    await database.query(
      `INSERT INTO users (id, email, created_at, updated_at)
       VALUES (:userId, 'events@example.com', now(), now())`,
      { replacements: { userId } },
    );
    const store = objectStoreProvider({ database, s3, events: true });
    const scope = store.forUser(userId);
    const maintenance = objectStoreMaintenance({ database, s3, events: true });
    const listeners = new Listeners({ databaseUrl, s3: site.connectionTo(s3.bucket) });
    const expected: Expected = new Map();
    let rolledBack = 0;
    let started = 0;
    const upload = async (): Promise<void> => {
      while (started < uploads && !signal.aborted) {
        const number = started;
        started += 1;
        const body = () => fromPath(mediaAt(media, number % media.length).path);
        if (number % 5 === 0) {
          rolledBack += 1;
          await rollBack(database, scope, body);
        } else {
          const [id, types] = await live(scope, body, number);
          expected.set(id, types);
        }
      }
    };
    const isOver = new AbortController();
    const killing = listeners.killUntil(isOver.signal);
    await Promise.all(Array.from({ length: UPLOADERS }, upload));
    await quiet(() => maintenance.events(), signal);
    isOver.abort();
    await killing;
    await quiet(() => maintenance.events(), signal);
    await listeners.stop();
    const heard = await database.query<Heard>(
      "SELECT event_id, file_id, type, is_done FROM heard ORDER BY serial",
      { type: QueryTypes.SELECT },
    );
    return { uploads, rolledBack, kills: listeners.kills, ...judge(expected, heard) };
  } finally {
    await site.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Uploads a file, and changes and deletes some; gives its id and the types of its events. */
async function live(
  scope: MediaScope,
  body: () => ReturnType<typeof fromPath>,
  number: number,
): Promise<[string, string[]]> {
  const { id } = (await scope.images.upload({ body: body() })).file;
  const types = ["file.ready"];
  if (number % 2 === 0) {
    await scope.images.update(id, { title: String(number) });
    types.push("file.updated");
  }
  if (number % 3 === 0) {
    await scope.images.delete(id, { restorableFor: 3_600 });
    await scope.images.restore(id);
    types.push("file.deleted", "file.restored");
  }
  if (number % 4 === 0) {
    await scope.images.delete(id);
    types.push("file.deleted");
  }
  return [id, types];
}

async function rollBack(
  database: Site["database"],
  scope: MediaScope,
  body: () => ReturnType<typeof fromPath>,
): Promise<void> {
  const isolationLevel = Transaction.ISOLATION_LEVELS.READ_COMMITTED;
  const transaction = await database.transaction({ isolationLevel });
  const { id } = (await scope.images.upload({ body: body() }, { transaction })).file;
  await scope.images.update(id, { title: "never" }, { transaction });
  await transaction.rollback();
}

/** Until no event waits, or none has been heard for a long time. */
async function quiet(
  counts: () => Promise<{ waiting: number }>,
  signal: AbortSignal,
): Promise<void> {
  let last = Infinity;
  let since = performance.now();
  while (!signal.aborted && performance.now() - since < PATIENCE) {
    const { waiting } = await counts();
    if (waiting === 0) return;
    if (waiting !== last) since = performance.now();
    last = waiting;
    await sleep(100);
  }
}

interface Heard {
  event_id: string;
  file_id: string;
  type: string;
  is_done: boolean;
}

function judge(expected: Expected, heard: readonly Heard[]) {
  let outOfOrder = 0;
  let unexpected = 0;
  const byFile = new Map<string, Map<string, Heard>>();
  const latest = new Map<string, bigint>();
  for (const each of heard) {
    const id = BigInt(each.event_id);
    const before = latest.get(each.file_id) ?? 0n;
    if (id < before) outOfOrder += 1;
    else latest.set(each.file_id, id);
    const events = byFile.get(each.file_id) ?? new Map<string, Heard>();
    byFile.set(each.file_id, events.set(each.event_id, each));
  }
  let events = 0;
  let missing = 0;
  for (const [fileId, types] of expected) {
    events += types.length;
    const known = [...(byFile.get(fileId)?.values() ?? [])].filter((each) => each.is_done);
    const lacking = Math.max(0, types.length - known.length);
    missing += lacking;
    if (lacking === 0 && known.some(({ type }, at) => type !== types[at])) unexpected += 1;
  }
  for (const fileId of byFile.keys()) if (!expected.has(fileId)) unexpected += 1;
  return { events, heard: heard.length, missing, outOfOrder, unexpected };
}

/** Processes that listen. */
class Listeners {
  kills = 0;
  #running: ChildProcess[] = [];

  constructor(private readonly job: ListenerJob) {}

  /** Kills one after another at random, each once it listens, and starts another in its place. */
  async killUntil(signal: AbortSignal): Promise<void> {
    this.#running = await Promise.all(Array.from({ length: LISTENERS }, () => this.#start()));
    const [least, most] = KILL_AFTER;
    for (;;) {
      const pause = least + Math.random() * (most - least);
      const isOver = await sleep(pause, false, { signal }).catch(() => true);
      if (isOver) return;
      const at = Math.floor(Math.random() * LISTENERS);
      this.#running[at]?.kill("SIGKILL");
      this.kills += 1;
      this.#running[at] = await this.#start();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.#running.map(async (listener) => {
        const closed = once(listener, "close");
        listener.kill("SIGKILL");
        await closed;
      }),
    );
  }

  async #start(): Promise<ChildProcess> {
    const listener = fork(LISTENER, [], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true" },
    });
    listener.send(this.job);
    await once(listener, "message");
    return listener;
  }
}
