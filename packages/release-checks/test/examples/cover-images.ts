import { createDatabase } from "@repo/database";
import { objectStoreProvider } from "@repo/object-store";
import { type S3ConnectionOptions, S3Provider } from "@repo/s3-provider";

export function coverImages(config: { databaseUrl: string; s3: S3ConnectionOptions }) {
  const database = createDatabase({ url: config.databaseUrl });
  const s3 = new S3Provider({ bucket: "media", client: config.s3 });
  const store = objectStoreProvider({ database, s3 });

  return async (userId: string, body: AsyncIterable<Uint8Array>) => {
    const { file, url } = await store.forUser(userId).images.upload({ body });
    return { id: file.id, width: file.width, height: file.height, url };
  };
}
