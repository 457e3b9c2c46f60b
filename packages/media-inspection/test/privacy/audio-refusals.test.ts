import { describe, expect, it } from "@jest/globals";

import { flacBlock, flacFrames, id3v1, mp3Frames, streamInfo } from "../support/audio.js";
import { bytes } from "../support/bytes.js";
import { inspectAudio, verdict } from "../support/inspect.js";
import { FTYP, MDAT, moov, trak } from "../support/m4a.js";
import { M4A_KEPT, MP3_KEPT, PACKETED, WAV_KEPT } from "../support/planted-audio.js";
import { audioPlan, stripped } from "../support/strip-audio.js";

const REFUSAL = expect.objectContaining({ name: "InspectionError", code: "invalid_media" });

/** Files that an inspection accepts. */
const UNCERTAIN: Readonly<Record<string, Buffer>> = {
  "a FLAC whose last frame is broken": bytes(
    "fLaC",
    streamInfo(3 * 4096),
    flacBlock(1, Buffer.alloc(9), true),
    flacFrames(3),
  ),
  "an M4A that does not say where its samples are": bytes(FTYP, moov(trak()), MDAT),
  "an M4A whose samples are frames of packets": PACKETED,
  "an MP3 with a single frame of another kind between tags": bytes(
    ...[0xff, 0xf3, 0x80, 0xc4, Buffer.alloc(204)],
    ...[id3v1("Title"), mp3Frames(8)],
  ),
  "an MP3 with a tag inside its last frame": bytes(
    mp3Frames(3),
    mp3Frames(1).fill(id3v1("Title"), 417 - 128),
  ),
};

describe("under `all`", () => {
  it.each(Object.entries(UNCERTAIN))("%s is refused", async (_, file) => {
    expect(typeof (await verdict(file))).toBe("object");
    expect(() => audioPlan(file)).toThrow(REFUSAL);
  });
});

describe("a cover", () => {
  const places = [MP3_KEPT, WAV_KEPT, M4A_KEPT].map((kept) => kept["the cover"]);
  const picture = Buffer.from("a picture of 20 byte");

  it.each(places)("is replaced by what is left of it, or left out", async (place) => {
    if (place === undefined) throw new Error("there is no file with a cover");
    const file = place(picture);
    const small = stripped(file, { stripPicture: (whole) => whole.subarray(0, 9) });
    expect((await inspectAudio(small)).tags.cover).toEqual({
      contentType: "image/png",
      byteSize: 9,
    });
    expect(small.includes(picture.subarray(9))).toBe(false);
    const none = stripped(file, { stripPicture: () => undefined });
    expect((await inspectAudio(none)).tags.cover).toBeUndefined();
    expect(none.includes(picture)).toBe(false);
  });
});
