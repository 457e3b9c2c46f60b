import { parseBuffer, selectCover } from "music-metadata";

const MIME_TYPES = {
  mp3: "audio/mpeg",
  wav: "audio/wav",
  flac: "audio/flac",
  m4a: "audio/mp4",
} as const;

export type CoverSource = keyof typeof MIME_TYPES;

/**
 * The picture that is embedded in an audio file, the front cover if there are several; undefined if
 * there is none that can be found.
 */
export async function embeddedCover(
  bytes: Uint8Array,
  source: CoverSource,
): Promise<Uint8Array | undefined> {
  try {
    const { common } = await parseBuffer(bytes, MIME_TYPES[source], { duration: false });
    return selectCover(common.picture)?.data;
  } catch {
    // Files that other players can play are too odd for it.
    return undefined;
  }
}
