import { describe, expect, it } from "@jest/globals";

import { contradictionsTo } from "../../src/service/declared-type.js";

describe("contradictionsTo", () => {
  it.each([
    ["image/jpeg", "cat.JPEG", "image/jpg; q=1"],
    ["image/jpeg", "cat", ""],
    ["image/png", "holiday.2024", "application/octet-stream"],
    ["audio/mp4", "book.m4b", "AUDIO/X-M4A"],
    ["audio/wav", null, undefined],
  ])("finds nothing against %s in %j and %j", (content, filename, contentType) => {
    expect(contradictionsTo(content, { filename, contentType })).toEqual([]);
  });

  it.each([
    ["image/jpeg", "cat.png", "image/png", ["filename png", "contentType image/png"]],
    [
      "image/gif",
      "page.html",
      "Text/HTML; charset=utf-8",
      ["filename html", "contentType text/html"],
    ],
    ["audio/mpeg", "song.mp3.exe", "audio/mpeg", ["filename exe"]],
    ["audio/flac", "song.flac", "audio/ogg", ["contentType audio/ogg"]],
  ])("finds what contradicts %s in %j and %j", (content, filename, contentType, expected) => {
    const found = contradictionsTo(content, { filename, contentType });
    expect(found.map(({ source, claimed }) => `${source} ${claimed}`)).toEqual(expected);
  });
});
