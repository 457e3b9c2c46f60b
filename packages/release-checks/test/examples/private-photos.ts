import { type MediaBody, objectStoreProvider, type ObjectStoreProvider } from "@repo/object-store";
import type { S3Provider } from "@repo/s3-provider";
import type { Sequelize } from "sequelize";

export function photoStore(database: Sequelize, s3: S3Provider): ObjectStoreProvider {
  return objectStoreProvider({ database, s3, privacy: "location" });
}

export async function addPhotos(store: ObjectStoreProvider, userId: string, body: MediaBody) {
  const { images } = store.forUser(userId);
  const { file: shared } = await images.upload({ body }); // without places
  const { file: portrait } = await images.upload({ body }, { privacy: "all" });
  const { file: original } = await images.upload({ body }, { privacy: "keep" });
  return { shared, portrait, original };
}
