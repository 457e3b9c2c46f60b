import { XMLParser } from "fast-xml-parser";
import { SyntaxValidator } from "fast-xml-validator";

import { S3Error } from "../errors.js";
import { type Payload } from "../payload/payload.js";

/** The elements that another may hold, and how often, in the signs of a DTD: `1` is exactly once. */
export type XmlChildren = Readonly<Record<string, "1" | "?" | "+" | "*">>;

/** An element of a parsed document: its text, and the elements in it by name. */
export class XmlElement {
  constructor(private readonly node: unknown) {}

  /** The text, entities decoded; empty when there is none. */
  get text(): string {
    if (typeof this.node === "string") return decodeEntities(this.node);
    const text = this.#record["#text"];
    return typeof text === "string" ? decodeEntities(text) : "";
  }

  all(name: string): XmlElement[] {
    const value = this.#record[name];
    if (value === undefined) return [];
    return (Array.isArray(value) ? value : [value]).map((node) => new XmlElement(node));
  }

  /** The text of the element of that name; undefined when there is none. */
  child(name: string): string | undefined {
    return this.all(name)[0]?.text;
  }

  /** @throws {S3Error} MalformedXML when there is no such element, or several */
  required(name: string): string {
    const elements = this.all(name);
    if (elements.length !== 1 || elements[0] === undefined) throw new S3Error("MalformedXML");
    return elements[0].text;
  }

  /**
   * @returns how many elements are in it
   * @throws {S3Error} MalformedXML unless they are those of `children`, as often as each may be
   */
  requireChildren(children: XmlChildren): number {
    const names = Object.keys(this.#record).filter((name) => name !== "#text");
    const known = names.every((name) => Object.hasOwn(children, name));
    const fitting = Object.entries(children).every(([name, sign]) => {
      const count = this.all(name).length;
      return (
        (count > 0 || sign === "?" || sign === "*") && (count < 2 || sign === "+" || sign === "*")
      );
    });
    if (!known || !fitting) throw new S3Error("MalformedXML");
    return names.reduce((sum, name) => sum + this.all(name).length, 0);
  }

  get #record(): Readonly<Record<string, unknown>> {
    const isRecord = typeof this.node === "object" && this.node !== null;
    return isRecord ? (this.node as Record<string, unknown>) : {};
  }
}

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  parseTagValue: false,
  trimValues: false,
  processEntities: false,
  removeNSPrefix: true,
});

/** @throws {S3Error} MalformedXML unless `text` is one well-formed element named `root` */
export function parseXml(text: string, root: string): XmlElement {
  // No S3 document has a type declaration; it could only define entities.
  if (/<!DOCTYPE/i.test(text)) throw new S3Error("MalformedXML");
  let document: unknown;
  try {
    // The parser alone is lenient about tags that do not match.
    SyntaxValidator.validate(text);
    document = parser.parse(text);
  } catch (cause) {
    throw malformed(cause);
  }
  const element = new XmlElement(document);
  element.requireChildren({ [root]: "1" });
  return element.all(root)[0] as XmlElement;
}

/** @throws {S3Error} MaxMessageLengthExceeded, or whatever the payload throws */
export async function readText(payload: Payload, maxBytes: number): Promise<string> {
  if (payload.length > maxBytes) {
    throw new S3Error("MaxMessageLengthExceeded", undefined, {
      MaxMessageLengthBytes: String(maxBytes),
    });
  }
  const chunks: Buffer[] = [];
  for await (const chunk of payload) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ["amp", "&"],
  ["apos", "'"],
  ["gt", ">"],
  ["lt", "<"],
  ["quot", '"'],
]);

/** @throws {S3Error} MalformedXML for an entity that XML does not predefine */
function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));|&/gi, (_, hex, decimal, name) => {
    if (typeof name === "string") {
      const character = NAMED.get(name);
      if (character !== undefined) return character;
    }
    const code =
      typeof hex === "string"
        ? parseInt(hex, 16)
        : typeof decimal === "string"
          ? Number(decimal)
          : NaN;
    if (!(code <= 0x10ffff) || (code >= 0xd800 && code <= 0xdfff))
      throw new S3Error("MalformedXML");
    return String.fromCodePoint(code);
  });
}

function malformed(cause: unknown): S3Error {
  const error = new S3Error("MalformedXML");
  error.cause = cause;
  return error;
}
