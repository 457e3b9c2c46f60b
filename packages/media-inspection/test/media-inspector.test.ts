import { describe, expect, it } from "@jest/globals";

import { inspectBytes, MAX_UNDECIDED_BYTES, MediaInspector } from "../src/media-inspector.js";
import { flacFrames, fmt, id3v2, mp3Frames, streamInfo, wav } from "./support/audio.js";
import { bytes } from "./support/bytes.js";
import {
  frameHeader,
  gif,
  gifFrame,
  jpeg,
  png,
  pngHeader,
  riffChunk,
  vp8,
  webp,
} from "./support/images.js";
import { inspect } from "./support/inspect.js";
import { FTYP, MDAT, moov, trak } from "./support/m4a.js";

const flac = bytes("fLaC", streamInfo(0), flacFrames(3));
/** A tag that is longer than what passes before the format must be set. */
const hugeTag = id3v2(bytes(), { padding: MAX_UNDECIDED_BYTES + 100_000 });

function write(inspector: MediaInspector, chunk: Uint8Array): void {
  for (let isDone = inspector.write(chunk); !isDone;) isDone = inspector.resume();
}

function outcome(inspector: MediaInspector): unknown {
  try {
    inspector.end();
    return inspector.facts;
  } catch (error) {
    return error;
  }
}

describe("MediaInspector", () => {
  it.each([
    ["jpeg", jpeg(frameHeader(1, 1))],
    ["png", png(pngHeader(1, 1))],
    ["gif", gif(1, 1, gifFrame())],
    ["webp", webp(vp8(1, 1))],
    ["mp3", mp3Frames(4)],
    ["wav", wav(fmt(), riffChunk("data", Buffer.alloc(400)))],
    ["flac", flac],
    ["m4a", bytes(FTYP, moov(trak()), MDAT)],
  ] as const)("tells a %s from its first 2 KiB", (format, file) => {
    const inspector = new MediaInspector();
    expect(inspector.format).toBeUndefined();
    inspector.write(bytes(file, Buffer.alloc(2048)).subarray(0, 2048));
    expect(inspector.format).toBe(format);
  });

  it("is undecided while a tag passes, then calls it MP3 for the time being", () => {
    const inspector = new MediaInspector();
    write(inspector, hugeTag.subarray(0, MAX_UNDECIDED_BYTES - 1));
    expect(inspector.format).toBeUndefined();
    write(inspector, hugeTag.subarray(MAX_UNDECIDED_BYTES - 1));
    expect(inspector.format).toBe("mp3");
    write(inspector, mp3Frames(4));
    expect(outcome(inspector)).toMatchObject({ format: "mp3" });
  });

  it("refuses a file that turns out another than it was called", async () => {
    const inspector = new MediaInspector();
    write(inspector, hugeTag);
    expect(() => {
      write(inspector, flac);
    }).toThrow(expect.objectContaining({ code: "invalid_media" }));
    expect(outcome(inspector)).toMatchObject({ code: "invalid_media" });
    expect(await inspect(bytes(id3v2(bytes(), { padding: 9 }), flac))).toMatchObject({
      format: "flac",
    });
  });

  it("stays undecided behind a tag of any size if it waits for the format", () => {
    for (const [format, audio] of Object.entries({ flac, mp3: mp3Frames(4) })) {
      const inspector = new MediaInspector({}, { waitsForFormat: true });
      write(inspector, hugeTag);
      expect(inspector.format).toBeUndefined();
      write(inspector, bytes(audio, Buffer.alloc(2048)));
      expect(inspector.format).toBe(format);
      expect(inspectBytes(bytes(hugeTag, audio))).toMatchObject({ format });
    }
  });

  it("decides or throws within its bound whatever comes", () => {
    for (const filler of [0x00, 0x01, 0xff]) {
      const inspector = new MediaInspector();
      const chunk = Buffer.alloc(65_536, filler);
      const feed = () => {
        for (let passed = 0; passed < MAX_UNDECIDED_BYTES; passed += chunk.length) {
          inspector.write(chunk);
        }
      };
      try {
        feed();
        expect(inspector.format).toBeDefined();
      } catch (error) {
        expect(error).toMatchObject({ code: "unsupported_media_type" });
      }
    }
  });

  it("gives the facts of bytes in memory at once, or throws", () => {
    expect(inspectBytes(png(pngHeader(3, 2)))).toMatchObject({ width: 3, height: 2 });
    expect(() => inspectBytes(png(pngHeader(30, 20)), { maxPixels: 100 })).toThrow(
      "measures 30 × 20 pixels",
    );
  });

  it("refuses nothing at all as an empty file", () => {
    const inspector = new MediaInspector();
    inspector.write(Buffer.alloc(0));
    expect(outcome(inspector)).toMatchObject({ code: "empty_file" });
  });

  it("refuses as soon as it is certain, and says the same ever after", () => {
    const inspector = new MediaInspector();
    const write = () => {
      inspector.write(bytes("PK\x03\x04", Buffer.alloc(80)));
    };
    expect(write).toThrow(expect.objectContaining({ code: "unsupported_media_type" }));
    expect(write).toThrow(/ZIP archive/);
    expect(outcome(inspector)).toMatchObject({ code: "unsupported_media_type" });
  });

  it.each([
    ["an SVG", "<svg xmlns='http://www.w3.org/2000/svg'/>"],
    ["PHP source", "<?php system($_GET['c']); ?>"],
    ["a PDF", "%PDF-1.7\n"],
    ["JSON", '{"a": 1}'],
    ["one byte", "x"],
    ["text in UTF-16", "\xff\xfea\0b\0c\0"],
    ["a JPEG's first byte", "\xff"],
    ["an AVI", "RIFF\0\0\0\0AVI LIST"],
    ["an MNG", "\x8aMNG\r\n\x1a\n"],
  ])("refuses %s as unsupported", async (_, text) => {
    await expect(inspect(bytes(text))).rejects.toMatchObject({ code: "unsupported_media_type" });
  });

  it("says what was expected and what came", async () => {
    await expect(inspect(bytes("OggS", Buffer.alloc(60)))).rejects.toThrow(
      "The file is an Ogg file, not JPEG, PNG, WebP, GIF, MP3, WAV, FLAC or M4A; it begins with the bytes 4f67675300000000.",
    );
    await expect(inspect(jpeg(frameHeader(65_500, 65_500)))).rejects.toThrow(
      "The JPEG measures 65500 × 65500 pixels, more than the limit of 268402689 in all.",
    );
  });

  it("refuses pictures from its limit of pixels on", async () => {
    const limits = { maxPixels: 100 };
    expect(await inspect(png(pngHeader(10, 10)), { limits })).toMatchObject({ width: 10 });
    await expect(inspect(png(pngHeader(101, 1)), { limits })).rejects.toMatchObject({
      code: "invalid_media",
    });
  });

  it("keeps its defaults where a limit is given as undefined", async () => {
    const limits = { maxPixels: undefined };
    await expect(inspect(png(pngHeader(100_000, 100_000)), { limits })).rejects.toMatchObject({
      code: "invalid_media",
    });
  });
});
