import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { createDatabase } from "@repo/database";
import { objectStoreProvider } from "@repo/object-store";
import { S3Provider } from "@repo/s3-provider";
import { DataTypes } from "sequelize";

import { FILES_PER_OWNER, HEAVY_USER, LISTED_RECIPE, RECIPES } from "./filled-database.js";

export const PAGE_SIZE = 50;
/** The last page of an owner. */
export const DEEP_PAGE = FILES_PER_OWNER / PAGE_SIZE;

/** Whose files are listed. */
export type Listed = "user" | "system";

/** Reads a page of files with their URLs. */
export interface PageReader {
  readonly page: (number: number) => Promise<{ id: string; url: string }[]>;
  readonly close: () => Promise<void>;
}

export type OpenPageReader = (url: string, listed: Listed) => Promise<PageReader>;

/** URLs need no server. */
const BUCKET = "bench";
const CONNECTION = {
  endpoint: "http://127.0.0.1:9000",
  region: "us-east-1",
  credentials: { accessKeyId: "bench", secretAccessKey: "bench-secret" },
  forcePathStyle: true,
} as const;

/** Our module, with the URLs of the files. */
export const objectStorePages = storePages(true);

/** The same with the URLs of a variant of each. */
export const variantPages = storePages({ variant: LISTED_RECIPE });

function storePages(withUrls: true | { variant: string }): OpenPageReader {
  return (url, listed) => Promise.resolve(readerOf(url, listed, withUrls));
}

function readerOf(url: string, listed: Listed, withUrls: true | { variant: string }): PageReader {
  const database = createDatabase({ url });
  const s3 = new S3Provider({ bucket: BUCKET, client: CONNECTION });
  const store = objectStoreProvider({ database, s3, variants: RECIPES });
  const scope = listed === "system" ? store.forSystem() : store.forUser(HEAVY_USER);
  const lastCursor = async (): Promise<string | null> => {
    let cursor: string | null = null;
    for (let left = FILES_PER_OWNER - PAGE_SIZE; left > 0;) {
      const limit = Math.min(200, left);
      cursor = (await scope.images.list({ limit, cursor })).nextCursor;
      left -= limit;
    }
    return cursor;
  };
  let deep: Promise<string | null> | undefined;
  return {
    async page(number) {
      const cursor = number === 1 ? null : await (deep ??= lastCursor());
      const { items } = await scope.images.list({ limit: PAGE_SIZE, cursor, withUrls });
      return items.map(({ id, url: signed }) => ({ id, url: signed ?? "" }));
    },
    async close() {
      s3.destroy();
      await database.close();
    },
  };
}

/** What an application writes first: findAndCountAll with an offset, and getSignedUrl for each row. */
export const findAndCountAllPages: OpenPageReader = async (url, listed) => {
  const database = createDatabase({ url });
  const client = new S3Client(CONNECTION);
  const images = database.define(
    "Image",
    {
      id: { type: DataTypes.UUID, primaryKey: true },
      userId: DataTypes.UUID,
      s3Key: DataTypes.TEXT,
      originalFilename: DataTypes.TEXT,
      contentType: DataTypes.TEXT,
      byteSize: DataTypes.INTEGER,
      sha256: DataTypes.BLOB,
      width: DataTypes.INTEGER,
      height: DataTypes.INTEGER,
    },
    { tableName: "images", underscored: true },
  );
  const userId = listed === "system" ? null : HEAVY_USER;
  return Promise.resolve({
    async page(number: number) {
      const { rows } = await images.findAndCountAll({
        where: { userId },
        order: [["id", "DESC"]],
        limit: PAGE_SIZE,
        offset: (number - 1) * PAGE_SIZE,
      });
      return Promise.all(
        rows.map(async (row) => {
          const { id, s3Key, contentType, originalFilename } = row.get() as Record<string, string>;
          const command = new GetObjectCommand({
            Bucket: BUCKET,
            Key: s3Key,
            ResponseContentType: contentType,
            ResponseContentDisposition: `inline; filename="${originalFilename ?? ""}"`,
          });
          return { id: id ?? "", url: await getSignedUrl(client, command, { expiresIn: 900 }) };
        }),
      );
    },
    async close() {
      client.destroy();
      await database.close();
    },
  });
};
