import { UnsupportedMediaTypeError } from "../../errors.js";
import { MEDIA_FORMATS, type MediaFormat, type MediaKind } from "../../inspection/media-facts.js";
import { TYPE_NAMES } from "../type-names.js";

/**
 * A declared type decides nothing, but one of another kind is refused before anything is sent.
 *
 * @throws UnsupportedMediaTypeError (`unsupported_media_type`)
 */
export function checkDeclaredType(contentType: string, kind: MediaKind): void {
  const formats = Object.keys(TYPE_NAMES)
    .map((name) => name as MediaFormat)
    .filter((name) => MEDIA_FORMATS[name].kind === kind);
  const types: string[] = formats.map((name) => MEDIA_FORMATS[name].contentType);
  const aliases = formats.flatMap((name) => TYPE_NAMES[name].contentTypes);
  if (types.includes(contentType) || aliases.includes(contentType)) return;
  throw new UnsupportedMediaTypeError(
    `The content type must be one of ${types.join(", ")}; ${JSON.stringify(contentType.slice(0, 64))} came.`,
  );
}
