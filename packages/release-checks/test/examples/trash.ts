import type { ObjectStoreProvider } from "@repo/object-store";

export async function throwAway(store: ObjectStoreProvider, userId: string, ids: string[]) {
  const thirtyDays = 30 * 86_400;
  return store.forUser(userId).images.deleteMany(ids, { restorableFor: thirtyDays });
}

export async function trashPage(store: ObjectStoreProvider, userId: string, cursor?: string) {
  const { items, nextCursor } = await store.forUser(userId).list({ trashed: true, cursor });
  return {
    files: items.map(({ id, title, restorableUntil: until }) => ({ id, title, until })),
    nextCursor,
  };
}

export async function takeBack(store: ObjectStoreProvider, userId: string, id: string) {
  return store.forUser(userId).images.restore(id);
}

export async function emptyTrash(store: ObjectStoreProvider, userId: string) {
  const { images } = store.forUser(userId);
  for await (const { id } of images.all({ trashed: true })) await images.delete(id);
}
