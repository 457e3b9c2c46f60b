import { describe, expect, it } from "@jest/globals";
import { parseBuffer } from "music-metadata";
import sharp from "sharp";

import { brokenSamples, type BrokenSample } from "../src/index.js";

const samples = await brokenSamples();

function named(name: string): BrokenSample {
  const found = samples.find((sample) => sample.name === name);
  if (found === undefined) throw new Error(`No sample is named ${name}.`);
  return found;
}

/** Whether the content begins as one of the eight formats. */
function beginsAsOurs(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes).toString("latin1");
  const [first = 0, second = 0] = bytes;
  const layerThree = first === 0xff && (second & 0xe6) === 0xe2;
  return (
    layerThree ||
    /^(\xff\xd8\xff|\x89PNG\r\n|GIF8[79]a|RIFF.{4}(WEBP|WAVE)|fLaC|ID3)/s.test(text) ||
    /^.{4}ftypM4A /s.test(text)
  );
}

describe("brokenSamples", () => {
  it("gives every sample a name of its own", () => {
    expect(new Set(samples.map(({ name }) => name)).size).toBe(samples.length);
  });

  it("calls exactly the file without bytes empty", () => {
    const empty = samples.filter(({ bytes }) => bytes.length === 0);
    expect(empty.map(({ code }) => code)).toEqual(["empty_file"]);
    expect(samples.filter(({ code }) => code === "empty_file")).toHaveLength(1);
  });

  it.each(samples.filter(({ bytes }) => bytes.length > 0))(
    "refuses $name as $code by how it begins",
    ({ bytes, code }) => {
      expect(beginsAsOurs(bytes) ? "invalid_media" : "unsupported_media_type").toBe(code);
    },
  );

  it.each(
    samples.filter(({ name, code }) => code !== "empty_file" && /(jpg|png|webp|gif)$/.test(name)),
  )("has no image in $name", async ({ bytes }) => {
    await expect(sharp(bytes).raw().toBuffer()).rejects.toThrow();
  });

  it.each(
    samples.filter(
      ({ name, code }) => code === "invalid_media" && /(wav|flac|m4a|mp3)$/.test(name),
    ),
  )("has nothing to play in $name", async ({ bytes }) => {
    const format = await parseBuffer(bytes).then(
      (metadata) => metadata.format,
      () => ({ duration: undefined, sampleRate: undefined }),
    );
    const playable = (format.duration ?? 0) > 0 && format.sampleRate !== undefined;
    expect(playable).toBe(false);
  });

  it("has real files of foreign formats", async () => {
    expect((await sharp(named("butterfly.avif").bytes).metadata()).format).toBe("heif");
    expect((await sharp(named("butterfly.tiff").bytes).metadata()).format).toBe("tiff");
    expect((await sharp(named("butterfly.svg").bytes).metadata()).format).toBe("svg");
    expect((await parseBuffer(named("film.m4a").bytes)).format.hasVideo).toBe(true);
    expect((await parseBuffer(named("stream.mp3").bytes)).format.container).toBe("ADTS/MPEG-4");
  });
});
