import { type MediaListener, objectStoreProvider } from "@repo/object-store";
import type { S3Provider } from "@repo/s3-provider";
import type { Sequelize } from "sequelize";

export function tellingStore(database: Sequelize, s3: S3Provider) {
  return objectStoreProvider({ database, s3, events: true });
}

/** Any index of titles that takes the same change twice. */
export interface SearchIndex {
  put(id: string, title: string): Promise<void>;
  remove(id: string): Promise<void>;
}

export function keepIndexed(
  store: ReturnType<typeof tellingStore>,
  index: SearchIndex,
): MediaListener {
  return store.events.listen(async (event) => {
    const { fileId, kind } = event;
    switch (event.type) {
      case "file.ready":
      case "file.restored":
      case "file.updated": {
        const { images, audio } = store.forApplication();
        // What is read is newer than the event, or the file is gone: then another event says so.
        const files = await (kind === "image" ? images : audio).getMany([fileId]);
        const title = files.get(fileId)?.title;
        return title ? index.put(fileId, title) : index.remove(fileId);
      }
      case "file.deleted":
      case "file.erased":
        return index.remove(fileId);
      case "variant.ready":
        return undefined;
    }
  });
}
