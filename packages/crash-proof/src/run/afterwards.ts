import { readFile } from "node:fs/promises";

import type { createDatabase } from "@repo/database";
import {
  type AudioCollection,
  type ImageCollection,
  objectStoreProvider,
} from "@repo/object-store";
import { objectStoreMaintenance } from "@repo/object-store/maintenance";
import type { S3Provider } from "@repo/s3-provider";

import { agedStorage } from "../aged-storage.js";
import type { Case } from "../cases/case.js";
import { KEY } from "../cases/key.js";
import { mediaAt } from "../cases/media-at.js";
import { QUOTA } from "../cases/quota-cases.js";
import { RECIPES } from "../cases/recipes.js";
import { storedOf } from "../cases/stored-of.js";
import { useCaseNamed } from "../cases/use-cases.js";
import type { Entry } from "../journal.js";
import type { Call } from "../judgement/calls.js";
import type { Scene } from "../site/scene.js";
import { completeAgain } from "./complete-again.js";
import { expireLeases, OLD } from "./converge.js";
import { makeAgain } from "./make-again.js";
import { stripAgain } from "./strip-again.js";

interface Place {
  database: ReturnType<typeof createDatabase>;
  s3: S3Provider;
}

/**
 * What the caller does once everything works again: the same call once more. Gives the entries that
 * this adds to the journal.
 */
export async function repeat(
  place: Place,
  scene: Scene,
  current: Case,
  calls: readonly Call[],
): Promise<Entry[]> {
  const { database, s3 } = place;
  const { afterwards, privacy } = useCaseNamed(current.useCase);
  switch (afterwards) {
    case undefined:
      return [];
    case "retry upload":
      return retryUpload(place, scene, current);
    case "complete again":
      return completeAgain(database, collectionOf(place, scene, current), calls, (sent) => {
        const media = scene.stage.small.find(({ sha256 }) => sha256 === sent);
        if (media === undefined) throw new Error(`nobody knows what is stored of ${sent}`);
        return storedOf(media, privacy).sha256;
      });
    case "make again":
      // Before that it would wait for whoever was making it, and for all it knows still does.
      await expireLeases(database);
      return makeAgain(collectionOf(place, scene, current), calls);
    case "fill again":
      await expireLeases(database);
      await objectStoreMaintenance({ database, s3, variants: RECIPES }).makeVariants({
        dropUndefined: true,
      });
      return [
        { entry: "begun", call: 1_000, intent: { do: "fill" }, inTransaction: false },
        { entry: "done", call: 1_000 },
      ];
    case "strip again":
      return stripAgain(objectStoreMaintenance({ database, s3 }));
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

async function retryUpload(place: Place, scene: Scene, current: Case): Promise<Entry[]> {
  const media = mediaAt(scene.stage.small, 0);
  // Before that the retry would wait for the first upload, which for all it knows still runs.
  await expireLeases(place.database);
  const call = 1_000;
  const { sha256 } = storedOf(media, useCaseNamed(current.useCase).privacy);
  const intent = { do: "upload", sha256, key: KEY } as const;
  const { file } = await collectionOf(place, scene, current).upload(
    { body: await readFile(media.path) },
    { idempotencyKey: KEY },
  );
  return [
    { entry: "begun", call, intent, inTransaction: false },
    { entry: "done", call, id: file.id, sha256: file.sha256 },
  ];
}

function collectionOf(
  { database, s3 }: Place,
  { stage }: Scene,
  { kind, useCase }: Case,
): ImageCollection | AudioCollection {
  const { privacy = "keep", hasQuota = false } = useCaseNamed(useCase);
  const quota = hasQuota ? { quota: QUOTA } : {};
  const store = objectStoreProvider({ database, s3, variants: RECIPES, privacy, ...quota });
  const scope = store.forUser(stage.userId);
  return kind === "image" ? scope.images : scope.audio;
}
