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

  it("puts a space where control characters and line breaks part words", () => {
    const text = "One\r\nTwo\tThree\u0085Four\u2028Five";
    expect(tagText(Buffer.from(text), "utf-8")).toBe("One Two Three Four Five");
  });

  it("removes bidirectional overrides and noncharacters", () => {
    const text = "gpj\u202e.\u2066a\u2069\ufffe\u{1ffff}\ufdd0\ufeffb\u200f";
    expect(tagText(Buffer.from(text), "utf-8")).toBe("gpj.ab");
  });
});
