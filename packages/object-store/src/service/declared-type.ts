import { MEDIA_FORMATS, type MediaFormat } from "@repo/media-inspection";
import { TYPE_NAMES } from "./type-names.js";

/** What claims no type in particular: browsers give the empty string for what they do not know. */
export const UNTYPED = "application/octet-stream";
const UNTYPED_NAMES = new Set(["", UNTYPED, "binary/octet-stream", "application/x-binary"]);

const TOKEN = "[!#$%&'*+.^_`|~0-9a-z-]{1,127}";
const MEDIA_TYPE = new RegExp(`^${TOKEN}/${TOKEN}$`);

/**
 * A declared media type as it is compared: without parameters, in lower case. One that claims no type
 * in particular is {@link UNTYPED}, and what is no media type undefined.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1
 */
export function essenceOf(declared: string): string | undefined {
  const essence = (declared.split(";", 1)[0] ?? "").trim().toLowerCase();
  if (UNTYPED_NAMES.has(essence)) return UNTYPED;
  return MEDIA_TYPE.test(essence) ? essence : undefined;
}

/** Whether a media type, as it is compared, is one that clients give to files of the format. */
export function isNameOf(format: MediaFormat, essence: string): boolean {
  return (
    MEDIA_FORMATS[format].contentType === essence ||
    TYPE_NAMES[format].contentTypes.includes(essence)
  );
}
