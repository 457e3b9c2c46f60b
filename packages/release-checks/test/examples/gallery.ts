import type { MediaBody, ObjectStoreProvider } from "@repo/object-store";

export async function addPicture(store: ObjectStoreProvider, userId: string, body: MediaBody) {
  const { file } = await store.forUser(userId).images.upload({ body }, { variants: ["thumb"] });
  return file.id;
}

export async function galleryPage(
  store: ObjectStoreProvider,
  userId: string,
  cursor: string | null,
) {
  const withUrls = { variant: "thumb", fallback: "original" } as const;
  const { items, nextCursor } = await store.forUser(userId).images.list({ cursor, withUrls });
  const pictures = items.map(({ id, url, placeholder }) => ({ id, url, placeholder }));
  return { pictures, nextCursor };
}

export async function largePicture(store: ObjectStoreProvider, userId: string, id: string) {
  const { url, width, height } = await store.forUser(userId).images.variant(id, "page");
  return { url, width, height };
}
