import { UnsupportedMediaTypeError } from "../../errors.js";
import { MEDIA_FORMATS, type MediaKind } from "../../inspection/media-facts.js";

/** What browsers and systems call the formats besides. */
const ALIASES: Readonly<Record<MediaKind, readonly string[]>> = {
  image: ["image/jpg", "image/pjpeg", "image/x-png"],
  audio: [
    "audio/mp3",
    "audio/x-mpeg",
    "audio/wave",
    "audio/x-wav",
    "audio/vnd.wave",
    "audio/x-flac",
    "audio/m4a",
    "audio/x-m4a",
  ],
};

/**
 * A declared type decides nothing, but one of another kind is refused before anything is sent.
 *
 * @throws UnsupportedMediaTypeError (`unsupported_media_type`)
 */
export function checkDeclaredType(contentType: string, kind: MediaKind): void {
  const formats = Object.values(MEDIA_FORMATS).filter((format) => format.kind === kind);
  const types: string[] = formats.map((format) => format.contentType);
  if (types.includes(contentType) || ALIASES[kind].includes(contentType)) return;
  throw new UnsupportedMediaTypeError(
    `The content type must be one of ${types.join(", ")}; ${JSON.stringify(contentType.slice(0, 64))} came.`,
  );
}
