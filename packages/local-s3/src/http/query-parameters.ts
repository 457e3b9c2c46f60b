import { uriDecode } from "./uri.js";

/** Query parameters, decoded, in the order of the URL. A name without `=` has an empty value. */
export class QueryParameters {
  constructor(readonly entries: readonly (readonly [name: string, value: string])[]) {}

  static parse(query: string): QueryParameters {
    return new QueryParameters(
      query
        .split("&")
        .filter((pair) => pair !== "")
        .map((pair) => {
          const [name = "", ...value] = pair.split("=");
          return [decode(name), decode(value.join("="))] as const;
        }),
    );
  }

  /** The first value of a parameter; names are compared exactly. */
  get(name: string): string | undefined {
    return this.entries.find(([candidate]) => candidate === name)?.[1];
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }
}

function decode(text: string): string {
  return uriDecode(text.replaceAll("+", " "));
}
