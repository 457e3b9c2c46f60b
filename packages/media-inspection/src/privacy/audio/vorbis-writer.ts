import { joined, uint32be, uint32le } from "./byte-parts.js";
import type { KeptTags } from "./kept-tags.js";

const FRONT_COVER = 3;
/** Width, height, depth and colours: 0 is "unknown" (RFC 9639, 8.8). */
const NO_MEASURES = Buffer.alloc(16);

/** The body of a VORBIS_COMMENT block without a vendor; no bytes where nothing is kept. */
export function vorbisComment(tags: KeptTags): Buffer {
  const fields = fieldsOf(tags).flatMap(([name, value]) =>
    value === undefined ? [] : [Buffer.from(`${name}=${value}`, "utf8")],
  );
  if (fields.length === 0) return Buffer.alloc(0);
  const list = fields.map((field) => joined(uint32le(field.length), field));
  return joined(uint32le(0), uint32le(fields.length), ...list);
}

function fieldsOf(tags: KeptTags): [string, string | number | undefined][] {
  return [
    ["TITLE", tags.title],
    ["ARTIST", tags.artist],
    ["ALBUM", tags.album],
    ["GENRE", tags.genre],
    ["DATE", tags.year],
    ["TRACKNUMBER", tags.trackNumber],
    ["TRACKTOTAL", tags.trackTotal],
    ...tags.chapters.flatMap(({ startSeconds, title }, index): [string, string | undefined][] => {
      const name = `CHAPTER${String(index).padStart(3, "0")}`;
      return [
        [name, clock(startSeconds)],
        [`${name}NAME`, title],
      ];
    }),
  ];
}

/** Hours, minutes and seconds to the nanosecond. */
function clock(seconds: number): string {
  const whole = Math.floor(seconds);
  const nanoseconds = Math.min(999_999_999, Math.round((seconds - whole) * 1e9));
  const two = (value: number) => String(value).padStart(2, "0");
  const time = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60].map(two);
  return `${time.join(":")}.${String(nanoseconds).padStart(9, "0")}`;
}

/** The body of a PICTURE block (RFC 9639, 8.8); no bytes where no picture is kept. */
export function flacPictureBody({ picture }: KeptTags): Buffer {
  if (picture === undefined) return Buffer.alloc(0);
  const type = picture.contentType ?? "";
  return joined(
    ...[uint32be(FRONT_COVER), uint32be(type.length), type, uint32be(0), NO_MEASURES],
    ...[uint32be(picture.bytes.length), picture.bytes],
  );
}
