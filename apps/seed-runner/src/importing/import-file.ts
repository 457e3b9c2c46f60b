import { basename } from "node:path";

import {
  type AudioRead,
  detectMediaKind,
  FileNotFoundError,
  type ImageRead,
  type MediaScope,
  type ObjectStoreProvider,
} from "@repo/object-store";
import { Transaction } from "sequelize";

import type { FileEvent, KeptEvent } from "../reporting/events.js";
import { secondsSince } from "../reporting/seconds-since.js";
import type { Database } from "../services.js";
import { mediaBodyOf, type Source } from "../sources/source.js";
import type { ImportLog, ImportRecord } from "./import-log.js";
import { prove } from "./prove.js";
import { refusalOf } from "./refusal.js";
import { sha256OfSource } from "./sha256.js";

export interface Importer {
  database: Database;
  store: ObjectStoreProvider;
  log: ImportLog;
  signal: AbortSignal;
}

type Kept = Pick<KeptEvent, "event" | "file" | "url">;

/** Raised to roll back when another run stored the same path meanwhile. */
class OvertakenError extends Error {}

const ATTEMPTS = 3;

/** Imports and proves one file. Undefined when the signal ended it. */
export async function importFile(
  source: Source,
  importer: Importer,
): Promise<FileEvent | undefined> {
  const start = performance.now();
  const identity = { path: source.path, owner: source.owner.name };
  try {
    const kept = await importUnlessOvertaken(source, importer);
    return { ...identity, ...kept, seconds: secondsSince(start) };
  } catch (error) {
    if (importer.signal.aborted) return undefined;
    return { ...identity, ...refusalOf(error), seconds: secondsSince(start) };
  }
}

async function importUnlessOvertaken(source: Source, importer: Importer): Promise<Kept> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await importOnce(source, importer);
    } catch (error) {
      if (!(error instanceof OvertakenError) || attempt === ATTEMPTS) throw error;
    }
  }
}

async function importOnce(source: Source, importer: Importer): Promise<Kept> {
  const { store, log, signal } = importer;
  const { path, owner, body } = source;
  const scope = owner.id === null ? store.forSystem() : store.forUser(owner.id);
  const known = await log.find({ ownerId: owner.id, path });
  if (known !== undefined && known.sha256 === (await sha256OfSource(body, signal))) {
    const kept = await find(scope, known);
    if (kept !== undefined) {
      await prove(kept.url, known.sha256, signal);
      return { event: "skipped", ...kept };
    }
  }
  return storeFile(source, scope, { ...importer, replaces: known });
}

/** The file of an earlier import, or undefined when it was deleted since. */
async function find(
  scope: MediaScope,
  { kind, fileId }: ImportRecord,
): Promise<{ file: ImageRead | AudioRead; url: string } | undefined> {
  const collection = kind === "image" ? scope.images : scope.audio;
  try {
    const file = await collection.get(fileId);
    const { url } = await collection.url(fileId);
    return { file, url };
  } catch (error) {
    if (error instanceof FileNotFoundError) return undefined;
    throw error;
  }
}

/** The file, its proof and its record stand or fall together: nothing unproved is ever kept. */
async function storeFile(
  { path, owner, body }: Source,
  scope: MediaScope,
  { database, log, signal, replaces }: Importer & { replaces: ImportRecord | undefined },
): Promise<Kept> {
  // Content of no known kind is offered as an image, so that the store itself words the refusal.
  const kind = (await detectMediaKind(mediaBodyOf(body))) ?? "image";
  return database.transaction(
    { isolationLevel: Transaction.ISOLATION_LEVELS.READ_COMMITTED },
    async (transaction) => {
      const options = { transaction, signal };
      const input = { body: mediaBodyOf(body), filename: basename(path) };
      const { file, url } =
        kind === "image"
          ? await scope.images.upload(input, options)
          : await scope.audio.upload(input, options);
      const sha256 = await sha256OfSource(body, signal);
      await prove(url, sha256, signal);
      const key = { ownerId: owner.id, path };
      const record = { kind, fileId: file.id, sha256 };
      if (!(await log.record(key, record, { replaces, transaction }))) throw new OvertakenError();
      return { event: "stored", file, url } as const;
    },
  );
}
