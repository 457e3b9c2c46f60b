import { randomUUID } from "node:crypto";

import { PutObjectCommand } from "@aws-sdk/client-s3";
import { createDatabase } from "@repo/database";
import { fileTypeFromBuffer } from "file-type";
import { parseBuffer } from "music-metadata";
import { DataType } from "sequelize-typescript";
import sharp from "sharp";

import { databaseUrl, s3Address } from "../services/service-addresses.js";
import type { OpenUploader } from "../subjects/uploader.js";
import { sdkClient } from "./sdk-client.js";

interface NaiveRow {
  id: string;
  key: string;
  contentType: string;
  byteSize: number;
  metadata: object;
}

/**
 * What most write: the whole file in memory, its type by file-type, its metadata by sharp or
 * music-metadata, one row by Sequelize and one PutObject. No hash, and no intent that a crash would
 * leave to be swept.
 */
export const naive = naiveWith(() => Promise.resolve([]));

/** The same with a thumbnail: sharp in the application's process, an object and a row of its own. */
export function naiveWithThumbnail(width: number): OpenUploader<Buffer> {
  return naiveWith(async (bytes) => [
    await sharp(bytes).autoOrient().resize(width, width).webp().toBuffer(),
  ]);
}

function naiveWith(picturesOf: (bytes: Buffer) => Promise<Buffer[]>): OpenUploader<Buffer> {
  return async (services, s3Name) => {
    const address = s3Address(services, s3Name);
    const client = sdkClient(address);
    const database = createDatabase({ url: databaseUrl(services) });
    const files = database.define("naive_files", {
      id: { type: DataType.UUID, primaryKey: true },
      key: { type: DataType.TEXT, unique: true },
      contentType: DataType.TEXT,
      byteSize: DataType.BIGINT,
      metadata: DataType.JSONB,
    });
    await files.sync();
    const store = async (bytes: Buffer): Promise<string> => {
      const type = await fileTypeFromBuffer(bytes);
      if (type === undefined) throw new Error("the file is of no known type");
      const row: NaiveRow = {
        id: randomUUID(),
        key: randomUUID(),
        contentType: type.mime,
        byteSize: bytes.byteLength,
        metadata: await metadataOf(bytes, type.mime),
      };
      await client.send(
        new PutObjectCommand({
          Bucket: address.bucket,
          Key: row.key,
          Body: bytes,
          ContentType: row.contentType,
        }),
      );
      await files.create({ ...row });
      return row.key;
    };
    return {
      async upload(bytes) {
        const pictures = await picturesOf(bytes);
        const [key = ""] = await Promise.all([bytes, ...pictures].map(store));
        return { key: () => Promise.resolve(key) };
      },
      close: async () => {
        client.destroy();
        await database.close();
      },
    };
  };
}

async function metadataOf(bytes: Buffer, contentType: string): Promise<object> {
  if (contentType.startsWith("image/")) {
    const { width, height } = await sharp(bytes).metadata();
    return { width, height };
  }
  const { duration, bitrate, sampleRate } = (await parseBuffer(bytes)).format;
  return { duration, bitrate, sampleRate };
}
