import { MEDIA_FORMATS, type MediaFormat } from "../inspection/media-facts.js";
import type { TypeContradiction } from "./dto/type-contradiction.js";
import { TYPE_NAMES } from "./type-names.js";

/** What claims no type in particular. */
const UNTYPED = new Set(["", "application/octet-stream", "binary/octet-stream"]);
/** An ending without a letter, such as that of "holiday.2024", is none of a type. */
const EXTENSION = /\.((?=[0-9]*[a-z])[a-z0-9]{1,8})$/i;

/** Where the name or the declared type of a file says another thing than its content, which decided. */
export function contradictionsTo(
  contentType: string,
  claims: { filename: string | null; contentType: string | null | undefined },
): TypeContradiction[] {
  const [format] = Object.keys(MEDIA_FORMATS).filter(
    (name): name is MediaFormat => MEDIA_FORMATS[name as MediaFormat].contentType === contentType,
  );
  const known = format === undefined ? undefined : TYPE_NAMES[format];
  const found: TypeContradiction[] = [];
  const extension = EXTENSION.exec(claims.filename ?? "")?.[1]?.toLowerCase();
  if (extension !== undefined && known?.extensions.includes(extension) !== true) {
    found.push({ source: "filename", claimed: extension });
  }
  const declared = essence(claims.contentType ?? "");
  const isOurs = declared === contentType || known?.contentTypes.includes(declared) === true;
  if (!UNTYPED.has(declared) && !isOurs) {
    found.push({ source: "contentType", claimed: declared });
  }
  return found;
}

/** Without parameters, in lower case: RFC 9110, 8.3.1. */
function essence(contentType: string): string {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}
