import { createReadStream } from "node:fs";

import { fromPath, type MediaBody, type ObjectStoreOptions } from "@repo/object-store";
import { QueryTypes } from "sequelize";

import { isImage, type MediaFile } from "../media/media-file.js";
import { type OpenStore, openStore } from "./object-store.js";
import type { OpenUploader } from "./uploader.js";

type Options = Pick<ObjectStoreOptions, "variants" | "quota" | "events">;

/** Our module with all its features: type, metadata, SHA-256, journal row and file row. */
function storeUploader<Source>(
  bodyOf: (source: Source) => MediaBody,
  given: Options = {},
): OpenUploader<Source> {
  return async (services, s3Name) => {
    const { scope, database, close } = await openStore(services, s3Name, given);
    const options = { variants: Object.keys(given.variants ?? {}) };
    return {
      async upload(source, format) {
        const body = bodyOf(source);
        const collection = isImage(format) ? scope.images : scope.audio;
        const { file } = await collection.upload({ body }, options);
        return {
          key: () => keyOf(database, isImage(format) ? "images" : "audio", file.id),
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
export const byPath = storeUploader<MediaFile>(({ path }) => fromPath(path));

/** As a stream whose length nobody tells. */
export const asStream = storeUploader<MediaFile>(({ path }) => createReadStream(path));

/** Bytes in memory. */
export const fromMemory = fromMemoryWith({});

/** The same with a quota, with events, or with a picture by each recipe. */
export function fromMemoryWith(options: Options): OpenUploader<Buffer> {
  return storeUploader((bytes) => bytes, options);
}
