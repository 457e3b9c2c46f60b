import { describe, expect, it } from "@jest/globals";
import { Mp3OutputFormat } from "mediabunny";

import { encodeAudio } from "../src/audio/encode-audio.js";
import { packMp3Frame, readMp3Audio } from "../src/audio/mp3-frames.js";
import { melody, shaped } from "../src/audio/signals.js";
import { concat } from "../src/bytes.js";

/** Where the stored data begins within the reservoir: the side information's first nine bits. */
function borrowed(sideInfo: Uint8Array): number {
  return ((sideInfo[0] ?? 0) << 1) | ((sideInfo[1] ?? 0) >> 7);
}

describe.each([1, 2])("MP3 frames of %d channel(s)", (channels) => {
  const encoded = encodeAudio({
    container: new Mp3OutputFormat({ xingHeader: false }),
    codec: "mp3",
    signal: shaped(melody([60, 64, 67], 0.3), 1),
    duration: 1,
    sampleRate: 48_000,
    channels,
    bitrate: 64_000,
  });

  it("keep their audio when each is packed to stand alone", async () => {
    const { bytes } = await encoded;
    const original = readMp3Audio(bytes);
    expect(original.some(({ sideInfo }) => borrowed(sideInfo) > 0)).toBe(true);
    const packed = readMp3Audio(concat(original.map((audio) => packMp3Frame(audio, 320))));
    expect(packed.map(({ mainData }) => mainData)).toEqual(
      original.map(({ mainData }) => mainData),
    );
    expect(packed.every(({ sideInfo }) => borrowed(sideInfo) === 0)).toBe(true);
  });

  it("have the length that their bitrate gives", async () => {
    const [audio] = readMp3Audio((await encoded).bytes);
    if (audio === undefined) throw new Error("The encoder gave no frame.");
    expect(packMp3Frame(audio, 128)).toHaveLength(384);
    expect(packMp3Frame(audio, 320)).toHaveLength(960);
  });

  it("are refused when their audio does not fit", async () => {
    const largest = readMp3Audio((await encoded).bytes).reduce((one, other) =>
      other.mainData.length > one.mainData.length ? other : one,
    );
    expect(() => packMp3Frame(largest, 32)).toThrow(RangeError);
  });
});

describe("readMp3Audio", () => {
  it("refuses what is not an MPEG-1 Layer III frame", () => {
    expect(() => readMp3Audio(new Uint8Array(400))).toThrow(/Layer III/);
  });
});
