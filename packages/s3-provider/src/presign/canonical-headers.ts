import { encodeRfc3986 } from "../object-key.js";

/** The headers of a signed request in the form in which they are signed. */
export interface CanonicalHeaders {
  names: string;
  encodedNames: string;
  lines: string;
}

/** @param headers those that the request has to be sent with, by names in lower case */
export function canonicalHeaders(headers: Readonly<Record<string, string>>): CanonicalHeaders {
  const sorted = Object.entries(headers).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = sorted.map(([name]) => name).join(";");
  return {
    names,
    encodedNames: encodeRfc3986(names),
    lines: sorted.map(([name, value]) => `${name}:${withoutExtraSpace(value)}\n`).join(""),
  };
}

function withoutExtraSpace(value: string): string {
  return value
    .replaceAll(/[\r\n]/g, " ")
    .replaceAll(/[ \t]+/g, " ")
    .replaceAll(/^ | $/g, "");
}
