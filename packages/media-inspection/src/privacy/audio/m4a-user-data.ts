import type { KeptContent } from "../../tags/kept-content.js";
import { joined, uint16be, uint32be } from "./byte-parts.js";
import { type KeptPicture, type KeptTags, trackText, yearText } from "./kept-tags.js";
import { box, boxesIn, findBox, type MemoryBox, metadataBoxes } from "./m4a-tree.js";

/** Apple, "QuickTime File Format", well-known types. */
const BINARY = 0;
const UTF8 = 1;
const PICTURES: Readonly<Record<string, number>> = {
  "image/gif": 12,
  "image/jpeg": 13,
  "image/png": 14,
  "image/bmp": 27,
};
const GAPLESS = "iTunSMPB";
const MAX_POSITION = 0xffff;
const UNITS_PER_SECOND = 10_000_000;
const MAX_TITLE_BYTES = 255;
const MAX_COUNT = 255;

/** A `udta` box with iTunes' list of items and Nero's list of chapters; no bytes where nothing is kept. */
export function userData(tags: KeptTags): Buffer {
  const items = [
    ...textItems(tags),
    ...trackItems(tags),
    ...pictureItems(tags),
    ...gaplessItems(tags),
  ];
  const handler = box("hdlr", Buffer.alloc(8), "mdirappl", Buffer.alloc(9));
  const content = [
    ...(items.length === 0 ? [] : [box("meta", Buffer.alloc(4), handler, box("ilst", ...items))]),
    ...(tags.chapters.length === 0 ? [] : [chapterList(tags)]),
  ];
  return content.length === 0 ? Buffer.alloc(0) : box("udta", ...content);
}

function textItems(tags: KeptTags): Buffer[] {
  const texts: [string, string | undefined][] = [
    ["\u00a9nam", tags.title],
    ["\u00a9ART", tags.artist],
    ["\u00a9alb", tags.album],
    ["\u00a9gen", tags.genre],
    ["\u00a9day", yearText(tags)],
  ];
  return texts.flatMap(([type, text]) => (text === undefined ? [] : [item(type, UTF8, text)]));
}

function trackItems(tags: KeptTags): Buffer[] {
  const { trackNumber = 0, trackTotal = 0 } = tags;
  const text = trackText(tags);
  if (text === undefined) return [];
  if (Math.max(trackNumber, trackTotal) > MAX_POSITION) return [item("trkn", UTF8, text)];
  return [item("trkn", BINARY, joined(0, 0, uint16be(trackNumber), uint16be(trackTotal), 0, 0))];
}

function pictureItems({ picture }: KeptTags): Buffer[] {
  return picture === undefined ? [] : [item("covr", pictureType(picture), picture.bytes)];
}

function pictureType({ contentType }: KeptPicture): number {
  return PICTURES[contentType ?? ""] ?? BINARY;
}

function gaplessItems({ gapless }: KeptTags): Buffer[] {
  if (gapless === undefined) return [];
  const mean = box("mean", uint32be(0), "com.apple.iTunes");
  return [box("----", mean, box("name", uint32be(0), GAPLESS), data(UTF8, gapless))];
}

function item(type: string, valueType: number, value: string | Uint8Array): Buffer {
  return box(type, data(valueType, value));
}

function data(type: number, value: string | Uint8Array): Buffer {
  const bytes = typeof value === "string" ? Buffer.from(value, "utf8") : value;
  return box("data", uint32be(type), uint32be(0), bytes);
}

/** As FFmpeg writes it: version 1, four bytes of nothing, their number, and for each its start and title. */
function chapterList({ chapters }: KeptTags): Buffer {
  const entries = chapters.map(({ startSeconds, title = "" }) => {
    const start = Buffer.alloc(8);
    start.writeBigUInt64BE(BigInt(Math.round(UNITS_PER_SECOND * startSeconds)));
    const text = cutUtf8(title);
    return joined(start, text.length, text);
  });
  const count = Math.min(MAX_COUNT, entries.length);
  return box("chpl", 1, 0, 0, 0, uint32be(0), count, ...entries);
}

function cutUtf8(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  let end = Math.min(bytes.length, MAX_TITLE_BYTES);
  while (end < bytes.length && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

/** Keeps the gapless information in iTunes' list. */
export function keepGapless(moov: readonly MemoryBox[], content: KeptContent): void {
  const lists = moov
    .filter(({ type }) => type === "udta")
    .flatMap((udta) => boxesIn(udta.body).filter(({ type }) => type === "meta"))
    .flatMap((meta) => metadataBoxes(meta).filter(({ type }) => type === "ilst"));
  for (const { type, body } of lists.flatMap((list) => boxesIn(list.body))) {
    if (type !== "----") continue;
    const parts = boxesIn(body);
    if (findBox(parts, "name")?.body.toString("latin1", 4) !== GAPLESS) continue;
    content.keepGapless(findBox(parts, "data")?.body.toString("latin1", 8));
  }
}
