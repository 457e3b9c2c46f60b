import { MEDIA_FORMATS, type MediaFormat, type MediaKind } from "@repo/media-inspection";

import type { TypeContradiction } from "../dto/upload-result.js";
import { UnsupportedMediaTypeError } from "../errors.js";
import { typeExtensionOf } from "../filename.js";

/** What browsers, systems and people call the formats, besides their content types. */
export const TYPE_NAMES: Readonly<
  Record<MediaFormat, { contentTypes: readonly string[]; extensions: readonly string[] }>
> = {
  jpeg: {
    contentTypes: ["image/jpg", "image/pjpeg", "image/x-jpeg", "image/jfif", "image/pipeg"],
    extensions: ["jpg", "jpeg", "jpe", "jfif", "pjpeg", "mpo"],
  },
  png: {
    contentTypes: ["image/x-png", "image/apng", "image/vnd.mozilla.apng"],
    extensions: ["png", "apng"],
  },
  webp: { contentTypes: ["image/x-webp"], extensions: ["webp"] },
  gif: { contentTypes: ["image/x-gif"], extensions: ["gif"] },
  mp3: {
    contentTypes: [
      ...["audio/mp3", "audio/mpeg3", "audio/mpg", "audio/mpa", "audio/mpa-robust"],
      ...["audio/x-mp3", "audio/x-mpeg", "audio/x-mpeg-3", "audio/x-mpeg3", "audio/x-mpg"],
    ],
    extensions: ["mp3", "mpga"],
  },
  wav: {
    contentTypes: ["audio/wave", "audio/x-wav", "audio/x-pn-wav", "audio/vnd.wave"],
    extensions: ["wav", "wave", "bwf", "rf64", "bw64"],
  },
  flac: { contentTypes: ["audio/x-flac"], extensions: ["flac"] },
  m4a: {
    contentTypes: [
      ...["audio/m4a", "audio/x-m4a", "audio/x-m4b", "audio/x-m4p", "audio/x-m4r", "audio/mp4a"],
      ...["audio/mp4a-latm", "audio/aac", "audio/x-aac", "audio/aacp", "video/mp4"],
    ],
    extensions: ["m4a", "m4b", "m4r", "mp4"],
  },
};

/** What claims no type in particular: browsers give the empty string for what they do not know. */
const UNTYPED = "application/octet-stream";
const UNTYPED_NAMES = new Set(["", UNTYPED, "binary/octet-stream", "application/x-binary"]);

const TOKEN = "[!#$%&'*+.^_`|~0-9a-z-]{1,127}";
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}$`);

/**
 * A declared media type as it is compared: without parameters, in lower case. One that claims no type
 * in particular is {@link UNTYPED}, and what is no media type undefined.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1
 */
function essenceOf(declared: string): string | undefined {
  const essence = (declared.split(";", 1)[0] ?? "").trim().toLowerCase();
  if (UNTYPED_NAMES.has(essence)) return UNTYPED;
  return MEDIA_TYPE.test(essence) ? essence : undefined;
}

/** Whether a media type, as it is compared, is one that clients give to files of the format. */
function isNameOf(format: MediaFormat, essence: string): boolean {
  return (
    MEDIA_FORMATS[format].contentType === essence ||
    TYPE_NAMES[format].contentTypes.includes(essence)
  );
}

/** Where the name or the declared type of a file says another thing than its content, which decided. */
export function contradictionsTo(
  contentType: string,
  claims: { filename: string | null; contentType: string | null | undefined },
): TypeContradiction[] {
  const [format] = Object.keys(MEDIA_FORMATS).filter(
    (name): name is MediaFormat => MEDIA_FORMATS[name as MediaFormat].contentType === contentType,
  );
  const found: TypeContradiction[] = [];
  const extension = typeExtensionOf(claims.filename ?? "")?.toLowerCase();
  if (extension !== undefined && !(format && TYPE_NAMES[format].extensions.includes(extension))) {
    found.push({ source: "filename", claimed: extension });
  }
  const declared = essenceOf(claims.contentType ?? "") ?? UNTYPED;
  if (declared !== UNTYPED && !(format && isNameOf(format, declared))) {
    found.push({ source: "contentType", claimed: declared });
  }
  return found;
}

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
