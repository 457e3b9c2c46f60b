import { describe, expect, it } from "@jest/globals";

import { concat, latin1, uint32be } from "../src/bytes.js";
import { mp4Box, walkMp4Boxes } from "../src/containers/mp4-boxes.js";
import { setMp4Times } from "../src/containers/mp4-times.js";

function types(bytes: Uint8Array): string[] {
  return [...walkMp4Boxes(bytes)].map(({ type }) => type);
}

describe("walkMp4Boxes", () => {
  it("visits boxes in order and enters movie, track and media only", () => {
    const media = mp4Box("mdia", mp4Box("mdhd"), mp4Box("minf", mp4Box("stbl")));
    const file = concat([
      mp4Box("ftyp"),
      mp4Box("moov", mp4Box("mvhd"), mp4Box("trak", mp4Box("tkhd"), media)),
      mp4Box("mdat", latin1("moov")),
    ]);
    expect(types(file)).toEqual([
      "ftyp",
      "moov",
      "mvhd",
      "trak",
      "tkhd",
      "mdia",
      "mdhd",
      "minf",
      "mdat",
    ]);
  });

  it("reads a size of 64 bits", () => {
    const file = concat([uint32be(1), latin1("mdat"), uint32be(0), uint32be(18), latin1("ab")]);
    expect([...walkMp4Boxes(file)]).toEqual([
      { type: "mdat", start: 0, contentStart: 16, end: 18 },
    ]);
  });

  it("takes a box of size 0 to the end of the file", () => {
    const file = concat([mp4Box("ftyp"), uint32be(0), latin1("mdat"), latin1("rest")]);
    expect([...walkMp4Boxes(file)].at(-1)).toMatchObject({ type: "mdat", end: 20 });
  });

  it.each([
    ["cut header", Uint8Array.of(0, 0, 0, 8, 102)],
    ["cut 64-bit size", concat([uint32be(1), latin1("mdat"), uint32be(0)])],
    ["size below the header", concat([uint32be(4), latin1("free")])],
    ["size beyond the file", concat([uint32be(99), latin1("free")])],
  ])("refuses a %s", (_, file) => {
    expect(() => types(file)).toThrow(/box/i);
  });
});

describe("setMp4Times", () => {
  const rest = Uint8Array.of(9, 9, 9, 9);

  it("sets the 32-bit times of version 0 and nothing else", () => {
    const header = (time: number) =>
      mp4Box("moov", mp4Box("mvhd", uint32be(0), uint32be(time), uint32be(time), rest));
    const file = header(0xe7_2a_86_99);
    setMp4Times(file, 1234);
    expect(file).toEqual(header(1234));
  });

  it("sets the 64-bit times of version 1 and nothing else", () => {
    const header = (time: number) => {
      const long = [uint32be(0), uint32be(time)];
      const timed = mp4Box("mdhd", Uint8Array.of(1, 0, 0, 0), ...long, ...long, rest);
      return mp4Box("moov", mp4Box("trak", mp4Box("mdia", timed)));
    };
    const file = header(77);
    setMp4Times(file, 1234);
    expect(file).toEqual(header(1234));
  });
});
