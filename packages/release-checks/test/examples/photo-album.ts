import type { Migration } from "@repo/database";
import type { MediaBody, ObjectStoreProvider } from "@repo/object-store";

type Photo = { body: MediaBody; title: string; album: string };

export async function addPhoto(store: ObjectStoreProvider, userId: string, photo: Photo) {
  const { body, title, album } = photo;
  const { file } = await store.forUser(userId).images.upload({ body, title, metadata: { album } });
  return file.id;
}

/** What is not named stays as it is: here the metadata. */
export async function describePhoto(store: ObjectStoreProvider, userId: string, id: string) {
  const { images } = store.forUser(userId);
  await images.update(id, { title: "Rome", altText: "The Forum at dawn", filename: "rome" });
  // Downloads of a JPEG are named rome.jpg from now on.
  return images.url(id, { disposition: "attachment" });
}

export async function albumPage(store: ObjectStoreProvider, userId: string, album: string) {
  const { images } = store.forUser(userId);
  const { items } = await images.list({ metadata: { album }, withUrls: true });
  return items.map(({ title, altText, url }) => ({ title, altText, url }));
}

/** For many files: lists find those with the same metadata, of all owners, by this index. */
export const indexPhotoMetadata: Migration = {
  name: "photo-album/0001-index-metadata",
  async up({ query }) {
    await query(`CREATE INDEX images_metadata ON images USING gin (metadata jsonb_path_ops)`);
  },
  async down({ query }) {
    await query(`DROP INDEX images_metadata`);
  },
};
