import { describe, expect, it } from "@jest/globals";

import { tagText } from "../src/tags/tag-text.js";

describe("tagText", () => {
  it("is well-formed wherever the cut falls", () => {
    for (const filler of [15_998, 15_999, 16_000]) {
      const value = Buffer.concat([Buffer.alloc(filler, 1), Buffer.from("😀😀")]);
      expect((tagText(value, "utf-8") ?? "").isWellFormed()).toBe(true);
    }
    const utf16 = Buffer.from("a\ud800b", "utf16le");
    expect((tagText(utf16, "utf-16le") ?? "").isWellFormed()).toBe(true);
  });

  it("keeps 1,000 characters, counting one beyond the basic plane as one", () => {
    expect(Array.from(tagText(Buffer.from("😀".repeat(2000)), "utf-8") ?? "")).toHaveLength(1000);
  });
});
