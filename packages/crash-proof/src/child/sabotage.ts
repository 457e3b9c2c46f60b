import type { createDatabase } from "@repo/database";

import type { Sabotage } from "../job.js";

type Database = ReturnType<typeof createDatabase>;
type Method = (this: unknown, ...parameters: unknown[]) => Promise<unknown>;
type Patched = Record<string, Method>;

/** A row of the journal, as the module has it. */
interface JournalRow {
  id: string;
  kind: string;
  userId: string | null;
  s3Key: string;
}

/**
 * Switches one guarantee of the module off, in this process only. The parts in question are not
 * public: they are reached by their files.
 *
 * @param database gives that of the present job
 */
export async function sabotage(what: Sabotage, database: () => Database): Promise<void> {
  const journal = await prototypeOf("repo/journal-repo.js", "JournalRepo");
  const completion = await prototypeOf("repo/media-repo.js", "MediaRepo");
  switch (what) {
    case "replacement":
      // The object that a file gives up is nobody's.
      after(completion, "replaceObject", async (_result, { uploadId }) => {
        await removeRows(database(), [uploadId ?? ""]);
      });
      return;
    case "intent": {
      // The row is kept only once the bytes are there.
      const forgotten = new Map<string, JournalRow>();
      after(journal, "open", async (result) => {
        const row = result as JournalRow;
        forgotten.set(row.id, row);
        await removeRows(database(), [row.id]);
      });
      before(completion, ["create", "createFromDirectUpload"], async ({ id }) => {
        const row = forgotten.get(id);
        if (row !== undefined) await addUpload(database(), row);
      });
      return;
    }
    case "tombstone":
      after(journal, "giveUp", async (result) => {
        const rows = result as readonly JournalRow[];
        await removeRows(
          database(),
          rows.map(({ id }) => id),
        );
      });
      return;
    case "compare-and-set":
      // What a sweep has taken over is an upload again, whatever it was.
      before(completion, ["create", "createFromDirectUpload"], ({ id }) =>
        renewUpload(database(), id),
      );
      return;
  }
}

async function addUpload(database: Database, row: JournalRow): Promise<void> {
  const { id, kind, userId, s3Key } = row;
  await database.query(
    `INSERT INTO object_store_journal
       (id, kind, user_id, s3_key, purpose, lease_expires_at, settled_at, created_at, updated_at)
     VALUES ($1, $2, $3, $4, 'upload', now() + interval '1 h', now(), now(), now())`,
    { bind: [id, kind, userId, s3Key] },
  );
}

async function renewUpload(database: Database, id: string): Promise<void> {
  await database.query(
    `UPDATE object_store_journal SET purpose = 'upload', lease_expires_at = now() + interval '1 h'
     WHERE id = $1`,
    { bind: [id] },
  );
}

async function removeRows(database: Database, ids: readonly string[]): Promise<void> {
  await database.query("DELETE FROM object_store_journal WHERE id = ANY ($1)", { bind: [ids] });
}

/** Does something else with what a method has given, before its caller gets it. */
function after(
  target: Patched,
  name: string,
  work: (result: unknown, parameter: { uploadId?: string }) => Promise<void>,
): void {
  patch(
    target,
    name,
    (original) =>
      async function (...parameters) {
        const result = await original.apply(this, parameters);
        await work(result, parameters[0] as { uploadId?: string });
        return result;
      },
  );
}

/** Does something else first, with the first parameter of methods. */
function before(
  target: Patched,
  names: readonly string[],
  work: (parameter: { id: string }) => Promise<void>,
): void {
  for (const name of names) {
    patch(
      target,
      name,
      (original) =>
        async function (...parameters) {
          await work(parameters[0] as { id: string });
          return original.apply(this, parameters);
        },
    );
  }
}

function patch(target: Patched, name: string, replace: (original: Method) => Method): void {
  const original = target[name];
  if (original === undefined) throw new Error(`there is no ${name} to switch off`);
  target[name] = replace(original);
}

async function prototypeOf(file: string, name: string): Promise<Patched> {
  const url = new URL(file, import.meta.resolve("@repo/object-store"));
  const module = (await import(url.href)) as Record<string, { prototype: Patched } | undefined>;
  const found = module[name];
  if (found === undefined) throw new Error(`${file} has no ${name}`);
  return found.prototype;
}
