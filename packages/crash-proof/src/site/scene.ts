import { readFile } from "node:fs/promises";

import type { createDatabase } from "@repo/database";
import { fromPath, objectStoreProvider } from "@repo/object-store";
import type { S3Provider } from "@repo/s3-provider";
import { v7 as uuidv7 } from "uuid";

import { KEY } from "../cases/key.js";
import { TRASH_SECONDS } from "../cases/trash-acts.js";
import { EARLIER_RECIPES, type RecipeName, RECIPES } from "../cases/recipes.js";
import { mediaAt } from "../cases/media-at.js";
import type { Leftovers, UseCase } from "../cases/use-case.js";
import type { Kind, KnownFile, Media, ShownVariant, Stage } from "../job.js";
import { keyOfUrl } from "../key-of-url.js";
import type { MediaSet } from "./media.js";
import { leaveStates } from "./leave-states.js";

type Database = ReturnType<typeof createDatabase>;

/** What there is before the trouble begins. */
export interface Scene {
  stage: Stage;
  /** A file of another user, which nothing may touch. */
  bystander: KnownFile;
  /** Variants of the user's files. */
  variants: readonly ShownVariant[];
  /** Objects without a row, which may only ever move to the quarantine, by their keys. */
  orphans: ReadonlyMap<string, string>;
  /** Files whose object is missing, so that they cannot be shown. */
  missing: readonly string[];
  /** Files in the trash that can be restored. */
  trashed: readonly string[];
  /** Files in the trash whose time is over. */
  overdue: readonly string[];
  /** Files that rows of the application's refer to, so that they cannot be deleted. */
  inUse: readonly string[];
  /** Rows of what is unfinished that a migration has to keep. */
  unfinished: readonly string[];
}

interface Setting {
  database: Database;
  s3: S3Provider;
  kind: Kind;
  media: MediaSet;
}

/** Sets the scene of a use case, with the module itself and no trouble. */
export async function setScene(setting: Setting, useCase: UseCase): Promise<Scene> {
  const { media } = setting;
  const userId = await addUser(setting.database);
  const files: KnownFile[] = [];
  for (let at = 0; at < useCase.files; at += 1) {
    const file = mediaAt(media.small, 1 + (at % (media.small.length - 1)));
    const options = at === 0 && useCase.keyed === true ? { idempotencyKey: KEY } : {};
    files.push(await storeFile(setting, userId, file, options));
  }
  const variants = await makeVariants(setting, userId, files, useCase.variants ?? []);
  const [first] = useCase.trash === undefined ? [] : files;
  if (first !== undefined) await throwAway(setting, userId, first.id, useCase.trash === "overdue");
  const inTrash = first === undefined ? [] : [first.id];
  const stranger = await addUser(setting.database);
  const bystander = await storeFile(setting, stranger, mediaAt(media.small, 1));
  const left = await leave(setting, userId, useCase.leftovers ?? {});
  const inUse = await refer(setting, files, useCase.references ?? []);
  return {
    stage: { userId, files, small: media.small, large: media.large },
    bystander,
    variants,
    ...left,
    trashed: useCase.trash === "restorable" ? inTrash : [],
    overdue: useCase.trash === "overdue" ? inTrash : [],
    inUse,
    unfinished: useCase.migrates === true ? await leaveStates(setting, userId, files) : [],
  };
}

async function addUser(database: Database): Promise<string> {
  const id = uuidv7();
  await database.query(
    `INSERT INTO users (id, email, created_at, updated_at)
     VALUES ('${id}', '${id}@example.com', now(), now())`,
  );
  return id;
}

async function storeFile(
  { database, s3, kind }: Setting,
  owner: string,
  { path, sha256, stripped }: Media,
  options: { idempotencyKey?: string } = {},
): Promise<KnownFile> {
  const scope = objectStoreProvider({ database, s3 }).forUser(owner);
  const collection = kind === "image" ? scope.images : scope.audio;
  const { file } = await collection.upload({ body: fromPath(path) }, options);
  return { id: file.id, sha256, strippedSha256: stripped.sha256 };
}

async function throwAway(
  { database, s3, kind }: Setting,
  owner: string,
  id: string,
  isOver: boolean,
): Promise<void> {
  const scope = objectStoreProvider({ database, s3 }).forUser(owner);
  const collection = kind === "image" ? scope.images : scope.audio;
  await collection.delete(id, { restorableFor: TRASH_SECONDS });
  if (!isOver) return;
  await database.query(
    `UPDATE ${kind === "image" ? "images" : "audio"} SET restorable_until = now() - interval '1 s'
     WHERE id = '${id}'`,
  );
}

/** Makes variants of all files, as an earlier version of the application did. */
async function makeVariants(
  { database, s3, kind }: Setting,
  owner: string,
  files: readonly KnownFile[],
  recipes: readonly RecipeName[],
): Promise<ShownVariant[]> {
  const store = objectStoreProvider({ database, s3, variants: EARLIER_RECIPES });
  const scope = store.forUser(owner);
  const collection = kind === "image" ? scope.images : scope.audio;
  const variants: ShownVariant[] = [];
  for (const { id: fileId } of files) {
    for (const recipe of recipes) {
      const { url } = await collection.variant(fileId, recipe);
      variants.push({ fileId, s3Key: keyOfUrl(url), isOld: !(recipe in RECIPES) });
    }
  }
  return variants;
}

/** Gives the ids of the files that cannot be deleted then. */
async function refer(
  { database, kind }: Setting,
  files: readonly KnownFile[],
  references: readonly ("restrict" | "cascade")[],
): Promise<string[]> {
  const inUse: string[] = [];
  for (const [at, reference] of references.entries()) {
    const { id } = files[at] ?? { id: "" };
    const table = reference === "restrict" ? "covers" : "previews";
    await database.query(`INSERT INTO ${table} (${kind}_id) VALUES ('${id}')`);
    if (reference === "restrict") inUse.push(id);
  }
  return inUse;
}

async function leave(
  setting: Setting,
  userId: string,
  { crashedUpload, crashedDeletion, orphan, missingObject }: Leftovers,
): Promise<Pick<Scene, "orphans" | "missing">> {
  const { database, s3, kind, media } = setting;
  const table = kind === "image" ? "images" : "audio";
  const extension = kind === "image" ? "png" : "wav";
  const contentType = kind === "image" ? "image/png" : "audio/wav";
  const { path, byteSize, sha256 } = mediaAt(media.small, 0);
  const newKey = (id: string): string => `${table}/users/${userId}/${id}.${extension}`;
  const put = async (key: string): Promise<void> => {
    await s3.put({ key, body: await readFile(path), byteLength: byteSize, contentType });
  };
  const crashed = async (purpose: "upload" | "removal"): Promise<void> => {
    const id = uuidv7();
    await database.query(
      `INSERT INTO object_store_journal
         (id, kind, user_id, s3_key, purpose, lease_expires_at, settled_at, created_at, updated_at)
       VALUES ('${id}', '${kind}', '${userId}', '${newKey(id)}', '${purpose}',
         now() - interval '1 s', now() - interval '1 s', now(), now())`,
    );
    await put(newKey(id));
    if (purpose === "upload") await s3.createMultipartUpload({ key: newKey(id), contentType });
  };

  if (crashedUpload === true) await crashed("upload");
  if (crashedDeletion === true) await crashed("removal");
  const orphans = new Map<string, string>();
  if (orphan === true) {
    const key = newKey(uuidv7());
    await put(key);
    orphans.set(key, sha256);
  }
  const missing: string[] = [];
  if (missingObject === true) {
    const { id } = await storeFile(setting, userId, mediaAt(media.small, 0));
    await s3.delete(newKey(id));
    missing.push(id);
  }
  return { orphans, missing };
}
