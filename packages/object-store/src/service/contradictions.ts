import { MEDIA_FORMATS, type MediaFormat } from "@repo/media-inspection";
import type { TypeContradiction } from "./dto/type-contradiction.js";
import { essenceOf, isNameOf, UNTYPED } from "./declared-type.js";
import { TYPE_NAMES } from "./type-names.js";

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
  const found: TypeContradiction[] = [];
  const extension = EXTENSION.exec(claims.filename ?? "")?.[1]?.toLowerCase();
  if (extension !== undefined && !(format && TYPE_NAMES[format].extensions.includes(extension))) {
    found.push({ source: "filename", claimed: extension });
  }
  const declared = essenceOf(claims.contentType ?? "") ?? UNTYPED;
  if (declared !== UNTYPED && !(format && isNameOf(format, declared))) {
    found.push({ source: "contentType", claimed: declared });
  }
  return found;
}
