import { parseBuffer, selectCover } from "music-metadata";

/** The picture that is embedded in an audio file, the front cover if there are several. */
export async function embeddedCover(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  const { common } = await parseBuffer(bytes, undefined, { duration: false });
  return selectCover(common.picture)?.data;
}
