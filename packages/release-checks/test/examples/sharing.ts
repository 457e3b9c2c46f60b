import { objectStoreProvider, type ObjectStoreProvider } from "@repo/object-store";
import type { S3Provider } from "@repo/s3-provider";
import type { Sequelize } from "sequelize";

export function sharingStore(database: Sequelize, s3: S3Provider): ObjectStoreProvider {
  return objectStoreProvider({ database, s3, sharing: true });
}

export async function shareAlbum(
  store: ObjectStoreProvider,
  userId: string,
  album: string,
  friendId: string,
  until?: Date,
) {
  const { images } = store.forUser(userId);
  for await (const { id } of images.all({ metadata: { album } })) {
    await images.share(id, { with: friendId, until });
  }
}

export async function stopSharing(
  store: ObjectStoreProvider,
  userId: string,
  id: string,
  friendId: string,
) {
  await store.forUser(userId).images.unshare(id, { with: friendId });
}

export async function sharedPage(store: ObjectStoreProvider, userId: string, cursor?: string) {
  const { images } = store.forUser(userId);
  const { items, nextCursor } = await images.sharedWithMe({ cursor, withUrls: true });
  return { photos: items.map(({ id, title, url }) => ({ id, title, url })), nextCursor };
}

export async function sharingOf(store: ObjectStoreProvider, userId: string, id: string) {
  const { items } = await store.forUser(userId).images.grants(id, { limit: 200 });
  return items.map(({ with: reader, until }) => ({ reader, until }));
}
