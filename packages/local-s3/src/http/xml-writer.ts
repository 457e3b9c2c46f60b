/**
 * Element content: text, nested elements by name, or, under a name, several elements of that name.
 * Undefined elements are left out.
 */
export type XmlContent = string | number | boolean | XmlElements;
export interface XmlElements {
  readonly [name: string]: XmlContent | readonly XmlContent[] | undefined;
}

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

/** A document in S3's namespace. */
export function xmlDocument(root: string, content: XmlContent): string {
  return `${DECLARATION}<${root} xmlns="${NAMESPACE}">${write(content)}</${root}>`;
}

/** A document without a namespace, as S3 writes its errors. */
export function plainXmlDocument(root: string, content: XmlContent): string {
  return `${DECLARATION}<${root}>${write(content)}</${root}>`;
}

function write(content: XmlContent): string {
  if (typeof content !== "object") return escapeXml(String(content));
  return Object.entries(content)
    .map(([name, value]) => {
      if (value === undefined) return "";
      const values = isList(value) ? value : [value];
      return values.map((one) => `<${name}>${write(one)}</${name}>`).join("");
    })
    .join("");
}

function isList(value: XmlContent | readonly XmlContent[]): value is readonly XmlContent[] {
  return Array.isArray(value);
}

/**
 * Control characters become references: XML 1.0 has no place for most of them, but keys may hold
 * them and S3 answers so; `encoding-type=url` is the way to list such keys.
 */
function escapeXml(text: string): string {
  return text.replace(/[&<>"\p{Cc}]/gu, (character) => `&#${character.charCodeAt(0)};`);
}
