import { S3Error } from "../errors.js";
import { parseXml, type XmlElement } from "../http/xml-reader.js";
import { xmlDocument } from "../http/xml-writer.js";
import { type CorsRule } from "./cors-rule.js";

const MAX_RULES = 100;
const MAX_ID_LENGTH = 255;
const METHODS: readonly string[] = ["GET", "PUT", "POST", "DELETE", "HEAD"];

/** @throws {S3Error} MalformedXML or InvalidRequest */
export function parseCorsDocument(text: string): CorsRule[] {
  const document = parseXml(text, "CORSConfiguration");
  document.requireChildren({ CORSRule: "+" });
  const rules = document.all("CORSRule");
  if (rules.length > MAX_RULES) throw new S3Error("MalformedXML");
  return rules.map(parseRule);
}

export function corsDocument(rules: readonly CorsRule[]): string {
  return xmlDocument("CORSConfiguration", {
    CORSRule: rules.map((rule) => ({
      ID: rule.id,
      AllowedHeader: rule.allowedHeaders,
      AllowedMethod: rule.allowedMethods,
      AllowedOrigin: rule.allowedOrigins,
      ExposeHeader: rule.exposeHeaders,
      MaxAgeSeconds: rule.maxAgeSeconds,
    })),
  });
}

function parseRule(element: XmlElement): CorsRule {
  element.requireChildren({
    ID: "?",
    AllowedHeader: "*",
    AllowedMethod: "+",
    AllowedOrigin: "+",
    ExposeHeader: "*",
    MaxAgeSeconds: "?",
  });
  const texts = (name: string): string[] => element.all(name).map(({ text }) => text);
  const rule = {
    id: element.child("ID"),
    allowedOrigins: texts("AllowedOrigin"),
    allowedMethods: texts("AllowedMethod"),
    allowedHeaders: texts("AllowedHeader"),
    exposeHeaders: texts("ExposeHeader"),
    maxAgeSeconds: readAge(element.child("MaxAgeSeconds")),
  };
  if ((rule.id?.length ?? 0) > MAX_ID_LENGTH) {
    throw new S3Error("InvalidRequest", `ID must not have more than ${MAX_ID_LENGTH} characters.`);
  }
  const unknown = rule.allowedMethods.find((method) => !METHODS.includes(method));
  if (unknown !== undefined) {
    throw new S3Error(
      "InvalidRequest",
      `Found unsupported HTTP method in CORS config. Unsupported method is ${unknown}`,
    );
  }
  const wild = [...rule.allowedOrigins, ...rule.allowedHeaders].find(
    (pattern) => pattern.split("*").length > 2,
  );
  if (wild !== undefined) {
    throw new S3Error("InvalidRequest", `"${wild}" can not have more than one wildcard.`);
  }
  if (rule.exposeHeaders.some((name) => !/^[\w-]+$/.test(name))) {
    throw new S3Error("InvalidRequest", "ExposeHeader must be the name of a header.");
  }
  return rule;
}

function readAge(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new S3Error("MalformedXML");
  return Number(text);
}
