import type { MediaBody } from "@repo/object-store";
import { QueryTypes } from "sequelize";

import type { MediaFile } from "../media/media-file.js";
import { type OpenStore, openStore } from "./object-store.js";
import type { OpenUploader } from "./uploader.js";

/** Our module with all its features: type, metadata, SHA-256, intent row and ready row. */
function storeUploader(bodyOf: (file: MediaFile) => MediaBody): OpenUploader {
  return async (services, s3Name) => {
    const { scope, database, close } = await openStore(services, s3Name);
    return {
      async upload(media) {
        const body = bodyOf(media);
        const isImage = /\.(jpeg|png|webp|gif)$/.test(media.path);
        const { file } = await (isImage
          ? scope.images.upload({ body })
          : scope.audio.upload({ body }));
        return {
          key: () => keyOf(database, isImage ? "images" : "audio", file.id),
          sha256: file.sha256,
        };
      },
      close,
    };
  };
}

async function keyOf(
  database: OpenStore["database"],
  table: "images" | "audio",
  id: string,
): Promise<string> {
  const [row] = await database.query<{ s3_key: string }>(
    `SELECT s3_key FROM ${table} WHERE id = :id`,
    { type: QueryTypes.SELECT, replacements: { id } },
  );
  if (row === undefined) throw new Error("the upload has no row");
  return row.s3_key;
}

/** By its path: the length is known. */
export const byPath = storeUploader(({ path }) => ({ path }));
