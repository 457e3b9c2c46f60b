import { createReadStream, readFileSync } from "node:fs";
import { finished } from "node:stream/promises";

import { fromPath, type UploadOptions } from "@repo/object-store";

import type { Media } from "../job.js";
import { storedOf } from "./stored-of.js";
import type { Props } from "./use-case.js";

/** How the bytes of an upload are handed over. */
type Handover = "buffer" | "path" | "stream";

export type Transaction = NonNullable<UploadOptions["transaction"]>;

export async function upload(
  { journal, collection, privacy }: Props,
  media: Media,
  handover: Handover,
  options: Pick<UploadOptions, "transaction" | "idempotencyKey" | "variants"> = {},
): Promise<string | undefined> {
  const { idempotencyKey: key, variants } = options;
  const { sha256 } = storedOf(media, privacy);
  const file = await journal.call(
    { do: "upload", sha256, ...(key !== undefined && { key }), ...(variants && { variants }) },
    async () => (await collection.upload({ body: bodyOf(media.path, handover) }, options)).file,
    ({ id, sha256: stored }) => ({ id, sha256: stored }),
  );
  return file?.id;
}

function bodyOf(path: string, handover: Handover) {
  switch (handover) {
    case "buffer":
      return readFileSync(path);
    case "path":
      return fromPath(path);
    case "stream":
      return createReadStream(path);
  }
}

/** Deletes a file of the stage. */
export async function remove(props: Props, at: number, transaction?: Transaction): Promise<void> {
  await removeFile(props, props.stage.files[at]?.id ?? "", transaction);
}

export async function removeFile(
  { journal, collection }: Props,
  id: string,
  transaction?: Transaction,
): Promise<void> {
  await journal.call({ do: "delete", id }, () =>
    collection.delete(id, transaction === undefined ? {} : { transaction }),
  );
}

/** Deletes all files of the stage in one call; each has a result of its own. */
export async function removeMany({ journal, collection, stage }: Props): Promise<void> {
  const calls = stage.files.map(({ id }) => journal.begin({ do: "delete", id }));
  try {
    const results = await collection.deleteMany(stage.files.map(({ id }) => id));
    for (const [at, result] of results.entries()) {
      const call = calls[at] ?? 0;
      if (result.deleted) journal.write({ entry: "done", call });
      else journal.failed(call, result.error);
    }
  } catch (error) {
    for (const call of calls) journal.failed(call, error);
  }
}

/** Reads a file of the stage to its end. */
export async function download({ journal, collection, stage }: Props, at: number): Promise<void> {
  const id = stage.files[at]?.id ?? "";
  await journal.call({ do: "download", id }, async () => {
    const { stream } = await collection.download(id);
    await finished(stream.resume());
  });
}

/** Erases everything of the user. */
export async function erase({ journal, maintenance, stage }: Props): Promise<void> {
  await journal.call({ do: "maintenance" }, () => maintenance.eraseUser(stage.userId));
}

/** Gives a file of the stage a title. */
export async function update(
  { journal, collection, stage }: Props,
  at: number,
  title: string,
  transaction?: Transaction,
): Promise<void> {
  const id = stage.files[at]?.id ?? "";
  await journal.call({ do: "update", id, title }, async () => {
    await collection.update(id, { title }, transaction === undefined ? {} : { transaction });
  });
}

/** Does something in a transaction of the caller's, and ends it. */
export async function inTransaction(
  { journal, database }: Props,
  end: "commit" | "roll back",
  work: (transaction: Transaction) => Promise<unknown>,
): Promise<void> {
  const transaction = await database.transaction().catch(() => undefined);
  // A database that is gone before anything began.
  if (transaction === undefined) return;
  await journal.transaction(() => work(transaction));
  try {
    if (end === "commit") {
      journal.write({ entry: "committing" });
      await transaction.commit();
      journal.write({ entry: "committed" });
    } else {
      await transaction.rollback();
      journal.write({ entry: "rolled back" });
    }
  } catch {
    // What became of it is as open to the caller as it is to the harness.
  }
}
