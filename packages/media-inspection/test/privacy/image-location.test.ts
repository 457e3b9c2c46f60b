import { crc32 } from "node:zlib";

import { describe, expect, it } from "@jest/globals";

import { inspectBytes } from "../../src/media-inspector.js";
import type { ImageFormat } from "../../src/media-facts.js";
import type { RemovedKind } from "../../src/privacy/edit-plan.js";
import { bytes, uint16be, uint16le, uint32be, uint32le } from "../support/bytes.js";
import {
  chunk,
  exif,
  frameHeader,
  gif,
  gifFrame,
  jpeg,
  png,
  pngHeader,
  riffChunk,
  segment,
  vp8,
  vp8x,
  webp,
} from "../support/images.js";
import { type Stripped, strip } from "../support/strip.js";

const PLACE = "52,31.1N";
const CAMERA = "A camera";

type Order = "II" | "MM";

/** A profile with an orientation, a camera, and places in a directory and behind it. */
function located(order: Order = "MM", pointer = { tag: 0x8825, type: 4, count: 1 }): Buffer {
  const [u16, u32] = order === "II" ? [uint16le, uint32le] : [uint16be, uint32be];
  const entry = (tag: number, type: number, count: number, value: Uint8Array) =>
    bytes(u16(tag), u16(type), u32(count), value);
  const short = (value: number) => bytes(u16(value), u16(0));
  const [directoryAt, gpsAt] = [8, 8 + 2 + 36 + 4];
  const cameraAt = gpsAt + 2 + 24 + 4;
  return bytes(
    bytes(order, u16(42), u32(directoryAt), u16(3)),
    entry(0x0110, 2, CAMERA.length, u32(cameraAt)),
    entry(0x0112, 3, 1, short(6)),
    entry(pointer.tag, pointer.type, pointer.count, u32(gpsAt)),
    bytes(u32(0), u16(2)),
    entry(0x0001, 2, 2, bytes("N\0\0\0")),
    entry(0x0002, 2, PLACE.length, u32(cameraAt + CAMERA.length)),
    bytes(u32(0), CAMERA, PLACE),
  );
}

/** The same without the places, in as many bytes. */
function placeless(profile: Buffer, order: Order): Buffer {
  const copy = Buffer.from(profile);
  copy.set(order === "II" ? uint16le(2) : uint16be(2), 8);
  copy.fill(0, 34, 80);
  return copy.fill(0, 88);
}

const xmp = (packet: string) => segment(0xe1, bytes("http://ns.adobe.com/xap/1.0/\0", packet));
const frame = frameHeader(3, 2);
const exifSegmentOf = (profile: Uint8Array) => segment(0xe1, bytes("Exif\0\0", profile));

function stripped(file: Buffer): Stripped {
  const result = strip(file, { privacy: "location" });
  expect(inspectBytes(result.bytes)).toEqual(inspectBytes(file));
  const again = strip(result.bytes, { privacy: "location" });
  expect(again.plan).toEqual({ edits: [], removed: [] });
  return result;
}

/** The file becomes the other one and what is told of it is this. */
function expectStripped(file: Buffer, wanted: Buffer, ...removed: RemovedKind[]): void {
  const result = stripped(file);
  expect(result.bytes.toString("latin1")).toBe(wanted.toString("latin1"));
  expect(result.plan.removed).toEqual(removed);
}

describe("a file that is stripped of its location", () => {
  it.each(["II", "MM"] as const)("has no places in its EXIF (%s), but all else", (order) => {
    const profile = located(order);
    const clean = placeless(profile, order);
    const camera = bytes("Exif\0\0", profile);
    expectStripped(jpeg(exifSegmentOf(profile), frame), jpeg(exifSegmentOf(clean), frame), "gps");
    const header = pngHeader(3, 2);
    expectStripped(png(header, chunk("eXIf", profile)), png(header, chunk("eXIf", clean)), "gps");
    const webpOf = (each: Buffer) => webp(vp8x(3, 2, 8), vp8(3, 2), riffChunk("EXIF", each));
    expectStripped(webpOf(profile), webpOf(clean), "gps");
    expectStripped(webpOf(camera), webpOf(bytes("Exif\0\0", clean)), "gps");
  });

  it("keeps EXIF that has no places as it is", () => {
    const file = jpeg(
      exifSegmentOf(exif(6)),
      xmp("<a b='c'/>"),
      segment(0xfe, bytes("A text")),
      frame,
    );
    expectStripped(file, file);
  });

  it.each<[string, Buffer]>([
    ["are no offset", located("MM", { tag: 0x8825, type: 2, count: 9 })],
    ["may be in XMP inside it", located("MM", { tag: 0x02bc, type: 1, count: 9 })],
    ["are in its first directory", withPointerTo(8)],
    ["are in its header", withPointerTo(2)],
  ])("keeps of EXIF the orientation alone where its places %s", (_, profile) => {
    const wanted = jpeg(exifSegmentOf(minimalExif(6)), frame);
    const result = stripped(jpeg(exifSegmentOf(profile), frame));
    expect(result.bytes.equals(wanted)).toBe(true);
    expect(result.plan.removed).toContain("exif");
  });

  it("has spaces for the places of XMP, whatever their namespace is called", () => {
    const packet = (place: string, text: string) =>
      `<?xpacket begin=''?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description e:GPSLatitude="${place}" ` +
      `dc:title="A title"><e:City>${text}</e:City><c:LocationShown><rdf:Bag><rdf:li rdf:parseType="Resource" ` +
      `c:Name='${place}'>${text}<c:Other/>${text}</rdf:li></rdf:Bag></c:LocationShown><dc:creator>She</dc:creator>` +
      `<rdf:Alt xml:lang="en">It</rdf:Alt></rdf:Description></x:xmpmeta><?xpacket end='w'?>  `;
    const [before, after] = [packet("52N", "Berlin"), packet("   ", "      ")];
    expectStripped(jpeg(xmp(before), frame), jpeg(xmp(after), frame), "xmp");
    const iTXt = (text: string) => chunk("iTXt", bytes("XML:com.adobe.xmp\0\0\0\0\0", text));
    const header = pngHeader(3, 2);
    expectStripped(png(header, iTXt(before)), png(header, iTXt(after)), "xmp");
    const webpOf = (text: string) => webp(vp8x(3, 2, 4), vp8(3, 2), riffChunk("XMP ", bytes(text)));
    expectStripped(webpOf(before), webpOf(after), "xmp");
  });

  it.each([
    ["is not well-formed", "<a><City>Berlin</a></City>"],
    ["ends early", "<a><City>Berlin"],
    ["has a comment", "<a><!-- Berlin --></a>"],
    ["has a CDATA section", "<City><![CDATA[Berlin]]></City>"],
    ["has a document type", "<!DOCTYPE a [<!ENTITY b 'Berlin'>]><a>&b;</a>"],
    ["is in UTF-16", "<\0a\0>\0B\0e\0r\0l\0i\0n\0<\0/\0a\0>\0"],
    ["has an attribute without an end", "<a City='Berlin></a>"],
  ])("has no XMP that %s", (_, packet) => {
    expectStripped(jpeg(xmp(packet), frame), jpeg(frame), "xmp");
    const file = webp(vp8x(3, 2, 4), vp8(3, 2), riffChunk("XMP ", bytes(packet)));
    expectStripped(file, webp(vp8x(3, 2), vp8(3, 2)), "xmp");
  });

  it("has spaces for the places of IPTC", () => {
    const dataset = (number: number, text: string) =>
      bytes(0x1c, 2, number, uint16be(text.length), text);
    const resources = (text: string) => {
      const places = [26, 27, 90, 92, 95, 100, 101].map((number) => dataset(number, text));
      const iptc = bytes(dataset(5, "A title"), ...places, dataset(25, "A keyword"));
      const other = bytes("8BIM", uint16be(0x03ed), 0, 0, uint32be(4), "dpi.");
      const own = bytes("8BIM", uint16be(0x0404), 0, 0, uint32be(iptc.length), iptc);
      return segment(0xed, bytes("Photoshop 3.0\0", other, own, iptc.length % 2 === 0 ? "" : 0));
    };
    const file = jpeg(resources("Berlin"), frame);
    expectStripped(file, jpeg(resources("      "), frame), "iptc");
  });

  it.each([
    ["are cut", bytes("8BIM", uint16be(0x0404), 0, 0, uint32be(99), "Berlin")],
    ["hold EXIF", bytes("8BIM", uint16be(0x0422), 0, 0, uint32be(6), "Berlin")],
    ["are unknown", bytes("Berlin, Germany")],
  ])("has no Photoshop resources that %s", (_, resources) => {
    const file = jpeg(segment(0xed, bytes("Photoshop 3.0\0", resources)), frame);
    expectStripped(file, jpeg(frame), "iptc");
  });

  it("has no places in further pictures, and nothing else behind them", () => {
    const picture = (profile: Buffer) => jpeg(exifSegmentOf(profile), frame);
    const files = (profile: Buffer) => bytes(picture(exif(1)), Buffer.alloc(5), picture(profile));
    const profile = located();
    const clean = placeless(profile, "MM");
    expectStripped(files(profile), files(clean), "gps");
    const video = bytes(files(profile), uint32be(24), "ftypmp42 Berlin");
    expectStripped(video, files(clean), "gps", "trailer");
  });

  it("has no extension of XMP, which is a part of a packet", () => {
    const extension = segment(0xe1, bytes("http://ns.adobe.com/xmp/extension/\0", "Berl"));
    expectStripped(jpeg(extension, frame), jpeg(frame), "xmp");
  });

  it("has no texts of a PNG that are named as places", () => {
    const header = pngHeader(3, 2);
    const title = chunk("tEXt", bytes("Title\0Berlin"));
    const place = chunk("tEXt", bytes("exif:GPSLatitude\x0052"));
    expectStripped(png(header, title, place), png(header, title), "gps");
  });

  it("has the orientation of a raw profile with places, and other profiles as they are", () => {
    const header = pngHeader(3, 2);
    const raw = (profile: Buffer) =>
      chunk(
        "tEXt",
        bytes("Raw profile type exif\0", `\nexif\n${profile.length}\n`, profile.toString("hex")),
      );
    const file = png(header, raw(located()));
    const wanted = png(header, chunk("eXIf", minimalExif(6)));
    expectStripped(file, wanted, "exif", "gps");
    const harmless = png(header, raw(exif(6)));
    expectStripped(harmless, harmless);
  });

  it("has no XMP with places in a GIF, but keeps other", () => {
    const trailer = bytes(1, Buffer.from(Array.from({ length: 256 }, (_, i) => 255 - i)), 0);
    const extension = (packet: string) => bytes(0x21, 0xff, 11, "XMP DataXMP", packet, trailer);
    const place = extension("<a City='Berlin'/>");
    expectStripped(gif(3, 2, place, gifFrame()), gif(3, 2, gifFrame()), "xmp");
    const other = gif(3, 2, extension("<a Title='Berlin'/>"), gifFrame());
    expectStripped(other, other);
  });

  it.each<[ImageFormat, Buffer]>([
    ["png", png(pngHeader(3, 2))],
    ["webp", webp(vp8(3, 2))],
    ["gif", gif(3, 2, gifFrame())],
  ])("has nothing behind its end in a %s", (_, file) => {
    expectStripped(bytes(file, "Berlin"), file, "trailer");
  });

  it("keeps a checksum that is right right", () => {
    const result = stripped(png(pngHeader(3, 2), chunk("eXIf", located())));
    const at = result.bytes.indexOf("eXIf");
    const content = result.bytes.subarray(at, at + 4 + located().length);
    expect(result.bytes.readUInt32BE(at + content.length)).toBe(crc32(content));
  });
});

function withPointerTo(offset: number): Buffer {
  const profile = located();
  profile.set(uint32be(offset), 10 + 24 + 8);
  return profile;
}

function minimalExif(orientation: number): Buffer {
  const entry = bytes(uint16be(0x0112), uint16be(3), uint32be(1), uint16be(orientation), 0, 0);
  return bytes("MM", uint16be(42), uint32be(8), uint16be(1), entry, uint32be(0));
}
