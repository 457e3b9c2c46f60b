import { describe, expect, it } from "@jest/globals";

import type { AudioTags } from "../src/media-facts.js";
import { ChapterList } from "../src/tags/chapter-list.js";
import { contentTypeOf, CoverChoice } from "../src/tags/cover-choice.js";
import { genreName, genreText } from "../src/tags/genres.js";
import { addNumber, addTag, mergeRichest, mergeTags } from "../src/tags/tag-fields.js";

function added(name: Parameters<typeof addTag>[1], text: string): AudioTags {
  const tags: AudioTags = {};
  addTag(tags, name, text);
  return tags;
}

describe("a tag", () => {
  it.each([
    ["3", { trackNumber: 3 }],
    ["03/12", { trackNumber: 3, trackTotal: 12 }],
    [" 3 / 12 ", { trackNumber: 3, trackTotal: 12 }],
    ["/12", { trackTotal: 12 }],
    ["0/0", {}],
    ["A1", {}],
    ["99999999999", {}],
  ])("gives track numbers from %j", (text, expected) => {
    expect(added("trackNumber", text)).toEqual(expected);
  });

  it.each([
    ["2004", 2004],
    ["2004-05-06T07:08", 2004],
    ["20040506", 2004],
    ["6 May 2004", 2004],
    ["476", 476],
    ["0000", undefined],
    ["soon", undefined],
    ["123456", undefined],
  ])("gives the year of %j", (text, year) => {
    expect(added("year", text).year).toBe(year);
  });

  it("is set once", () => {
    const tags: AudioTags = {};
    addTag(tags, "title", undefined);
    addTag(tags, "title", "first");
    addTag(tags, "title", "second");
    addNumber(tags, "discTotal", 0);
    addNumber(tags, "discTotal", 2);
    addNumber(tags, "discTotal", 3);
    expect(tags).toEqual({ title: "first", discTotal: 2 });
  });

  it("comes from the first source that has it, or from the richest", () => {
    const poor = { title: "poor", year: 1999 };
    const rich = { title: "rich", artist: "A", cover: { contentType: null, byteSize: 9 } };
    expect(mergeTags([poor, rich])).toEqual({ ...rich, ...poor });
    expect(mergeRichest([poor, rich])).toEqual({ ...poor, ...rich });
  });
});

describe("a genre", () => {
  it.each([
    ["(17)", "Rock"],
    ["17", "Rock"],
    ["(4)Eurodisco", "Eurodisco"],
    ["(51)(39)", "Techno-Industrial"],
    ["(RX)", "Remix"],
    ["((I think)", "(I think)"],
    ["(999)", "(999)"],
    ["Rock", "Rock"],
    ["1984", "1984"],
  ])("written as %j is %j", (text, name) => {
    expect(genreText(text)).toBe(name);
  });

  it("has no name where its number has none", () => {
    expect([genreName(0), genreName(191), genreName(255)]).toEqual([
      "Blues",
      "Psybient",
      undefined,
    ]);
  });
});

describe("a cover", () => {
  it("is the first front cover, or else the first picture", () => {
    const choice = new CoverChoice();
    expect(choice.cover).toBeUndefined();
    choice.offer({ contentType: null, byteSize: 0 });
    for (const [byteSize, type] of [
      [1, 4],
      [2, 0],
      [3, 3],
      [4, 3],
    ] as const) {
      choice.offer({ contentType: null, byteSize }, type);
      expect(choice.cover?.byteSize).toBe(byteSize < 3 ? 1 : 3);
    }
  });

  it.each([
    ["image/JPEG", "image/jpeg"],
    ["JPG", "image/jpeg"],
    ["PNG", "image/png"],
    ["", null],
    ["-->", null],
    ["image/\u0001x", null],
    [`image/${"x".repeat(200)}`, null],
  ])("declared as %j is %j", (declared, type) => {
    expect(contentTypeOf(declared)).toBe(type);
  });
});

describe("chapters", () => {
  it("are sorted by their start, and at most 1,000", () => {
    const list = new ChapterList();
    expect(list.sorted()).toBeUndefined();
    list.add(NaN, "never");
    for (let start = 2000; start > 0; start -= 1) list.add(start, undefined);
    expect(list.isFull).toBe(true);
    expect(list.sorted()?.[0]).toEqual({ startSeconds: 1001 });
    expect(list.sorted()).toHaveLength(1000);
  });
});
