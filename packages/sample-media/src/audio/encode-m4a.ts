import { Mp4OutputFormat } from "mediabunny";

import { latin1 } from "../bytes.js";
import { setMp4Times } from "../containers/mp4-times.js";
import { type AudioRecipe, encodeAudio, type EncodedAudio } from "./encode-audio.js";

/** 2024-01-01T00:00:00Z in the format's seconds since 1904. */
const FIXED_TIME = Date.UTC(2024, 0, 1) / 1000 + 2_082_844_800;

/** Byte offset of the major brand: behind the size and the type of the leading `ftyp` box. */
const MAJOR_BRAND_OFFSET = 8;

export interface M4aLayout {
  /** Whether the movie box comes before the media data or behind it. */
  moov: "start" | "end";
  /** `M4A ` as music shops write it, or `isom` as general muxers do. */
  brand: "M4A " | "isom";
}

/** An AAC file of the given layout, with fixed times instead of the current ones. */
export async function encodeM4a(
  recipe: Omit<AudioRecipe, "container" | "codec">,
  { moov, brand }: M4aLayout,
): Promise<EncodedAudio> {
  const container = new Mp4OutputFormat({ fastStart: moov === "start" ? "in-memory" : false });
  const encoded = await encodeAudio({ ...recipe, codec: "aac", container });
  setMp4Times(encoded.bytes, FIXED_TIME);
  encoded.bytes.set(latin1(brand), MAJOR_BRAND_OFFSET);
  return encoded;
}
