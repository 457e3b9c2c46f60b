import { FlacOutputFormat, WavOutputFormat } from "mediabunny";
import { crc32 } from "node:zlib";

import { encodeAudio } from "../audio/encode-audio.js";
import { encodeM4a } from "../audio/encode-m4a.js";
import { chord, shaped } from "../audio/signals.js";
import { concat, latin1, uint16le, viewOf } from "../bytes.js";
import { id3Tag } from "../containers/id3.js";
import { isFrameHeader, walkJpegSegments } from "../containers/jpeg-segments.js";
import { walkMp4Boxes } from "../containers/mp4-boxes.js";
import { riffChunk, riffHeader } from "../containers/riff.js";
import { encoded } from "../images/image-sample.js";
import { drawnOpaque } from "../images/render.js";
import type { BrokenSample } from "../sample.js";
import { balloons } from "../scenes/balloons.js";

type Invalid = Omit<BrokenSample, "code">;

const PNG_SIGNATURE_SIZE = 8;

const RECIPE = {
  signal: shaped(chord([57, 61, 64]), 0.6),
  duration: 0.6,
  sampleRate: 44_100,
  channels: 1,
};

function picture() {
  return drawnOpaque(balloons(), { width: 160, height: 120 });
}

/** Sets the width in the IHDR chunk to zero and its CRC to match. */
function withoutWidth(png: Uint8Array): Uint8Array {
  const bytes = png.slice();
  const view = viewOf(bytes);
  view.setUint32(16, 0);
  view.setUint32(29, crc32(bytes.subarray(12, 29)));
  return bytes;
}

async function brokenPngs(): Promise<Invalid[]> {
  const png = await encoded(picture().png());
  return [
    {
      name: "signature-only.png",
      description: "PNG signature and nothing else",
      bytes: png.slice(0, PNG_SIGNATURE_SIZE),
    },
    {
      name: "cut-in-ihdr.png",
      description: "PNG cut between the width and the height",
      bytes: png.slice(0, 20),
    },
    {
      name: "zero-width.png",
      description: "PNG whose header says that it is 0 pixels wide",
      bytes: withoutWidth(png),
    },
  ];
}

async function brokenJpeg(): Promise<Invalid> {
  const jpeg = await encoded(picture().jpeg());
  const frame = [...walkJpegSegments(jpeg)].find(({ marker }) => isFrameHeader(marker));
  return {
    name: "cut-before-frame.jpg",
    description: "JPEG cut before its frame header, so that its size is unknown",
    bytes: jpeg.slice(0, frame?.start),
  };
}

/** The header and the colours of a GIF file, then its end. */
function brokenGif(): Invalid {
  const screen = concat([uint16le(160), uint16le(120), Uint8Array.of(0x80, 0, 0)]);
  const colors = Uint8Array.of(255, 127, 80, 0, 0, 0);
  return {
    name: "no-frame.gif",
    description: "GIF with a screen and colours but no image",
    bytes: concat([latin1("GIF89a"), screen, colors, Uint8Array.of(0x3b)]),
  };
}

function brokenWebps(): Invalid[] {
  const chunk = riffChunk("XMP ", latin1("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>"));
  return [
    {
      name: "no-image-chunk.webp",
      description: "WebP whose only chunk is metadata",
      bytes: concat([riffHeader("WEBP", 12 + chunk.length), chunk]),
    },
    {
      name: "no-chunk.webp",
      description: "WebP that ends behind its RIFF header",
      bytes: riffHeader("WEBP", 12),
    },
  ];
}

async function brokenWavs(): Promise<Invalid[]> {
  const { bytes } = await encodeAudio({
    ...RECIPE,
    container: new WavOutputFormat(),
    codec: "pcm-s16",
  });
  const format = bytes.slice(12, 36);
  const data = bytes.slice(36);
  return [
    {
      name: "no-data.wav",
      description: "WAV with a format but without a data chunk",
      bytes: concat([riffHeader("WAVE", 12 + format.length), format]),
    },
    {
      name: "no-format.wav",
      description: "WAV with data but without a format chunk",
      bytes: concat([riffHeader("WAVE", 12 + data.length), data]),
    },
  ];
}

async function brokenFlacs(): Promise<Invalid[]> {
  const { bytes } = await encodeAudio({
    ...RECIPE,
    container: new FlacOutputFormat(),
    codec: "flac",
  });
  const padding = concat([Uint8Array.of(0x81, 0, 0, 32), new Uint8Array(32)]);
  return [
    { name: "signature-only.flac", description: "FLAC signature only", bytes: latin1("fLaC") },
    {
      name: "no-streaminfo.flac",
      description: "FLAC whose first block is padding, with frames behind it",
      bytes: concat([latin1("fLaC"), padding, bytes.subarray(42)]),
    },
  ];
}

async function brokenM4a(): Promise<Invalid> {
  const { bytes } = await encodeM4a({ ...RECIPE, bitrate: 64_000 }, { moov: "end", brand: "M4A " });
  const moov = [...walkMp4Boxes(bytes)].find(({ type }) => type === "moov");
  return {
    name: "no-moov.m4a",
    description: "M4A cut behind its media data, so that its moov box is missing",
    bytes: bytes.slice(0, moov?.start),
  };
}

function brokenMp3(): Invalid {
  return {
    name: "tag-only.mp3",
    description: "ID3v2 tag with nothing behind it",
    bytes: id3Tag("Silence", 64),
  };
}

/** Files that begin as one of the eight formats and then fail to be one. */
export async function invalidSamples(): Promise<BrokenSample[]> {
  const samples = [
    ...(await brokenPngs()),
    await brokenJpeg(),
    brokenGif(),
    ...brokenWebps(),
    ...(await brokenWavs()),
    ...(await brokenFlacs()),
    await brokenM4a(),
    brokenMp3(),
  ];
  return samples.map((sample) => ({ ...sample, code: "invalid_media" }));
}
