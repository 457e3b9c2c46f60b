import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { namesStartingWith } from "../../src/service/name-range.js";

/** As the index of PostgreSQL compares UTF-8 under the collation "C". */
function compare(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

const TEXT = fc.oneof(
  fc.string({ unit: "binary", minLength: 1, maxLength: 8 }).filter((text) => text.isWellFormed()),
  fc.string({
    unit: fc.constantFrom("a", "b", "\u{ff}", "\ud7ff", "\ue000", "\u{10ffff}"),
    minLength: 1,
    maxLength: 4,
  }),
);

describe("the range of names with a start", () => {
  it("holds just the names that begin with it", () => {
    fc.assert(
      fc.property(TEXT, TEXT, fc.boolean(), (prefix, text, joined) => {
        fc.pre(!prefix.includes("\0"));
        const name = joined ? prefix.normalize("NFC") + text : text;
        const { from, before } = namesStartingWith(prefix);
        const isInside = compare(name, from) >= 0 && compare(name, before) < 0;
        expect(isInside).toBe(name.startsWith(prefix.normalize("NFC")));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(["", "a\0", "\ud800", "x".repeat(511), 7, null])("refuses the start %j", (start) => {
    expect(() => namesStartingWith(start)).toThrow(
      expect.objectContaining({ code: "invalid_input" }),
    );
  });
});
