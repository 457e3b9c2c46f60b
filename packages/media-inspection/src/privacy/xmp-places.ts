/** Properties that name a place, in any namespace: of Exif, IPTC Core and Extension, Photoshop and others. */
const PLACES = new Set(
  "city,state,country,countrycode,countryname,provincestate,sublocation,worldregion,location,locationshown,locationcreated,locationid,locationname,coverage,lat,long,lon".split(
    ",",
  ),
);
const COORDINATES = /^gps|latitude$|longitude$|altitude$/;
/** Attributes that belong to the syntax. */
const SYNTAX = /^(xmlns(:.*)?|xml:lang|rdf:parseType)$/;
const SPACE = 0x20;

const NAME = /[^\s<>/="']+/y;
const ATTRIBUTE = /\s+([^\s<>/="']+)\s*=\s*(["'])/y;
const TAG_END = /\s*(\/?)>/y;

/** Whether a property of this name, with or without a prefix, holds a place. */
export function isPlace(name: string): boolean {
  const local = name.slice(name.indexOf(":") + 1).toLowerCase();
  return PLACES.has(local) || COORDINATES.test(local);
}

/**
 * The XMP packet with spaces in the place of its places, in as many bytes. Free texts and keywords stay as
 * they are.
 *
 * @returns the packet itself where it has no places; undefined where it cannot be read with certainty:
 *   it is not well-formed, not in UTF-8, or has a comment, a CDATA section or a document type
 */
export function placelessXmp(packet: Buffer): Buffer | undefined {
  const text = packet.toString("latin1");
  if (text.includes("\0")) return undefined;
  const copy = Buffer.from(packet);
  const open: string[] = [];
  /** How many elements are open where the outermost place begins. */
  let placeDepth = Infinity;
  let at = 0;
  for (;;) {
    const tag = text.indexOf("<", at);
    const textEnd = tag < 0 ? text.length : tag;
    if (open.length > placeDepth) copy.fill(SPACE, at, textEnd);
    if (tag < 0) break;
    if (text.startsWith("<?", tag)) {
      const end = text.indexOf("?>", tag);
      if (end < 0) return undefined;
      at = end + 2;
      continue;
    }
    const isClosing = text[tag + 1] === "/";
    const name = match(NAME, text, tag + (isClosing ? 2 : 1))?.[0];
    if (name === undefined || name.startsWith("!")) return undefined;
    at = tag + (isClosing ? 2 : 1) + name.length;
    if (isClosing) {
      if (open.pop() !== name) return undefined;
      if (open.length === placeDepth) placeDepth = Infinity;
    } else {
      if (isPlace(name)) placeDepth = Math.min(placeDepth, open.length);
      const attributes = blankAttributes(text, at, copy, open.length >= placeDepth);
      if (attributes === undefined) return undefined;
      at = attributes;
    }
    const end = match(TAG_END, text, at);
    if (end === undefined || (isClosing && end[1] === "/")) return undefined;
    at += end[0].length;
    if (isClosing) continue;
    if (end[1] !== "/") open.push(name);
    else if (open.length === placeDepth) placeDepth = Infinity;
  }
  if (open.length > 0) return undefined;
  return copy.equals(packet) ? packet : copy;
}

/**
 * Blanks the attributes that name places, or all of them.
 *
 * @returns where they end; undefined where one is broken
 */
function blankAttributes(
  text: string,
  from: number,
  copy: Buffer,
  areAllPlaces: boolean,
): number | undefined {
  let at = from;
  for (;;) {
    const attribute = match(ATTRIBUTE, text, at);
    if (attribute === undefined) return at;
    const [all, name = "", quote = ""] = attribute;
    const start = at + all.length;
    const end = text.indexOf(quote, start);
    if (end < 0) return undefined;
    if (!SYNTAX.test(name) && (areAllPlaces || isPlace(name))) copy.fill(SPACE, start, end);
    at = end + 1;
  }
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}
