import type { ObjectStoreProvider } from "@repo/object-store";

import { Post } from "./posts.js";

export async function feed(store: ObjectStoreProvider<"integer">) {
  const posts = await Post.findAll({ order: [["id", "DESC"]], limit: 20 });
  const ids = posts.flatMap(({ pictureId }) => pictureId ?? []);
  const pictures = await store.forApplication().images.getMany(ids, { withUrls: true });
  return posts.map(({ title, pictureId }) => ({
    title,
    url: pictureId === null ? undefined : pictures.get(pictureId)?.url,
  }));
}
