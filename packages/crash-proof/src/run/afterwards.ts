import { readFile } from "node:fs/promises";

import type { createDatabase } from "@repo/database";
import { objectStoreProvider } from "@repo/object-store";
import { objectStoreMaintenance } from "@repo/object-store/maintenance";
import type { S3Provider } from "@repo/s3-provider";

import { agedStorage } from "../aged-storage.js";
import type { Case } from "../cases/case.js";
import { RETRY_KEY, useCaseNamed } from "../cases/use-cases.js";
import type { Entry } from "../journal.js";
import type { Scene } from "../site/scene.js";
import { expireLeases, OLD } from "./converge.js";

interface Place {
  database: ReturnType<typeof createDatabase>;
  s3: S3Provider;
}

/**
 * What the caller does once everything works again: the same call once more. Gives the entries that
 * this adds to the journal.
 */
export async function repeat(place: Place, scene: Scene, current: Case): Promise<Entry[]> {
  const { database, s3 } = place;
  switch (useCaseNamed(current.useCase).afterwards) {
    case undefined:
      return [];
    case "retry upload":
      return retryUpload(place, scene, current);
    case "erase":
      // An erasure leaves tombstones, and is complete once they are gone.
      await objectStoreMaintenance({ database, s3 }).eraseUser(scene.stage.userId);
      await expireLeases(database);
      await objectStoreMaintenance({ database, s3 }).sweep();
      return [];
    case "audit":
      await objectStoreMaintenance({ database, s3: agedStorage(s3, OLD) }).audit({ fix: true });
      return [];
  }
}

async function retryUpload(
  { database, s3 }: Place,
  { stage }: Scene,
  { kind }: Case,
): Promise<Entry[]> {
  const media = stage.small[0];
  if (media === undefined) throw new Error("there is no such file on the stage");
  const scope = objectStoreProvider({ database, s3 }).forUser(stage.userId);
  const collection = kind === "image" ? scope.images : scope.audio;
  // Before that the retry would wait for the first upload, which for all it knows still runs.
  await expireLeases(database);
  const call = 1_000;
  const intent = { do: "upload", sha256: media.sha256, key: RETRY_KEY } as const;
  const { file } = await collection.upload(
    { body: await readFile(media.path) },
    { idempotencyKey: RETRY_KEY },
  );
  return [
    { entry: "begun", call, intent, inTransaction: false },
    { entry: "done", call, id: file.id, sha256: file.sha256 },
  ];
}
