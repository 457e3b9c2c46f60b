import { XMLParser } from "fast-xml-parser";
import { SyntaxValidator } from "fast-xml-validator";

import { S3Error } from "../errors.js";
import { type Payload } from "../payload/payload.js";

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

  /** Whether no element but those of that name are in it. */
  hasOnly(name: string): boolean {
    return Object.keys(this.#record).every((key) => key === name || key === "#text");
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
  const [only, ...others] = element.all(root);
  if (only === undefined || others.length > 0 || !element.hasOnly(root)) {
    throw new S3Error("MalformedXML");
  }
  return only;
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
