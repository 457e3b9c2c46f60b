import { UnsupportedMediaTypeError } from "../../errors.js";
import { MEDIA_FORMATS, type MediaFormat, type MediaKind } from "@repo/media-inspection";
import { essenceOf, isNameOf, UNTYPED } from "../declared-type.js";

/**
 * The type with which a direct upload is sent. It decides nothing, but one of another kind is refused
 * before anything is sent; without one, the content alone decides.
 *
 * @throws UnsupportedMediaTypeError (`unsupported_media_type`)
 */
export function announcedType(contentType: string | null | undefined, kind: MediaKind): string {
  const announced = contentType ?? "";
  const essence = essenceOf(announced);
  const formats = (Object.keys(MEDIA_FORMATS) as MediaFormat[]).filter(
    (format) => MEDIA_FORMATS[format].kind === kind,
  );
  const isOfKind = (type: string) => formats.some((format) => isNameOf(format, type));
  if (essence !== undefined && (essence === UNTYPED || isOfKind(essence))) return essence;
  const types = formats.map((format) => MEDIA_FORMATS[format].contentType).join(", ");
  throw new UnsupportedMediaTypeError(
    `The content type must be one of ${types}, or none; ${JSON.stringify(announced.slice(0, 64))} came.`,
  );
}
