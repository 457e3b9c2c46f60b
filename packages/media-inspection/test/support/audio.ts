import { bytes, uint16le, uint24be, uint32be, uint32le } from "./bytes.js";
import { riffChunk } from "./images.js";

/** MPEG-1 Layer III, 128 kbit/s, 44.1 kHz, stereo: 417 bytes, 1,152 samples. */
const MP3_HEADER = bytes(0xff, 0xfb, 0x90, 0x64);
export const MP3_FRAME = bytes(MP3_HEADER, Buffer.alloc(413, 0x55));
export const MP3_FRAME_SECONDS = 1152 / 44_100;

export function mp3Frames(count: number): Buffer {
  return Buffer.concat(Array.from({ length: count }, () => MP3_FRAME));
}

/** A frame that announces how many follow. */
export function xingFrame(frames: number): Buffer {
  const frame = Buffer.alloc(417);
  bytes(MP3_HEADER, Buffer.alloc(32), "Xing", uint32be(1), uint32be(frames)).copy(frame);
  return frame;
}

function syncsafe(size: number): Buffer {
  return bytes((size >>> 21) & 0x7f, (size >>> 14) & 0x7f, (size >>> 7) & 0x7f, size & 0x7f);
}

export function id3v2(
  frames: Uint8Array,
  {
    version = 4,
    flags = 0,
    padding = 0,
  }: { version?: number; flags?: number; padding?: number } = {},
): Buffer {
  const body = bytes(frames, Buffer.alloc(padding));
  return bytes("ID3", version, 0, flags, syncsafe(body.length), body);
}

/** A frame of ID3v2.3 or, where its size is below 128 bytes, 2.4. */
export function id3Frame(id: string, body: Uint8Array, flags = 0): Buffer {
  return bytes(id, uint32be(body.length), 0, flags, body);
}

export function id3v1(title: string): Buffer {
  const field = Buffer.alloc(125);
  field.write(title, "latin1");
  field[124] = 255;
  return bytes("TAG", field);
}

/** An APE tag with header and footer; values are texts, or bytes of a picture. */
export function ape(items: Record<string, string | Uint8Array>): Buffer {
  const list = Object.entries(items).map(([key, value]) => {
    const content = typeof value === "string" ? Buffer.from(value, "utf8") : value;
    const flags = typeof value === "string" ? 0 : 2;
    return bytes(uint32le(content.length), uint32le(flags), key, 0, content);
  });
  const body = bytes(...list);
  const descriptor = (flags: number) =>
    bytes(
      "APETAGEX",
      ...[2000, body.length + 32, list.length, flags].map(uint32le),
      Buffer.alloc(8),
    );
  return bytes(descriptor(0xa0000000), body, descriptor(0x80000000));
}

export interface WavFields {
  tag?: number;
  channels?: number;
  sampleRate?: number;
  bits?: number;
  blockAlign?: number;
  extension?: Uint8Array;
}

export function fmt({
  tag = 1,
  channels = 2,
  sampleRate = 44_100,
  bits = 16,
  blockAlign = (channels * bits) / 8,
  extension = Buffer.alloc(0),
}: WavFields = {}): Buffer {
  return riffChunk(
    "fmt ",
    bytes(
      uint16le(tag),
      uint16le(channels),
      uint32le(sampleRate),
      uint32le(sampleRate * blockAlign),
      uint16le(blockAlign),
      uint16le(bits),
      extension,
    ),
  );
}

export function wav(...chunks: Uint8Array[]): Buffer {
  const content = bytes("WAVE", ...chunks);
  return bytes("RIFF", uint32le(content.length), content);
}

export function flacBlock(type: number, body: Uint8Array, isLast = false): Buffer {
  return bytes(type | (isLast ? 0x80 : 0), uint24be(body.length), body);
}

/** 44.1 kHz, stereo, 16 bits, blocks of 4,096 samples. */
export function streamInfo(totalSamples: number): Buffer {
  const rateAndFormat = uint32be((44_100 << 12) | (1 << 9) | (15 << 4));
  return flacBlock(
    0,
    bytes(
      0x10,
      0,
      0x10,
      0,
      Buffer.alloc(6),
      rateAndFormat,
      uint32be(totalSamples),
      Buffer.alloc(16),
    ),
  );
}

/** Frames of 4,096 samples (size code 12), numbered from `first` on in steps, below 2,048. */
export function flacFrames(
  count: number,
  first = 0,
  { sizeCode = 12, step = 1, body = Buffer.alloc(100, 0x33) } = {},
): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, (_, index) => {
      const number = Buffer.from(String.fromCodePoint(first + step * index), "utf8");
      const header = bytes(0xff, 0xf8, (sizeCode << 4) | 9, 0x18, number);
      return bytes(header, crc8(header), body);
    }),
  );
}

/** Bit by bit, as RFC 9639, 9.1.8 words it. */
function crc8(data: Uint8Array): number {
  let crc = 0;
  for (const byte of data) {
    for (let bit = 7; bit >= 0; bit -= 1) {
      const top = ((crc >>> 7) ^ (byte >>> bit)) & 1;
      crc = ((crc << 1) & 0xff) ^ (top === 1 ? 0x07 : 0);
    }
  }
  return crc;
}

export function vorbisComment(...fields: string[]): Buffer {
  const encoded = fields.map((field) => Buffer.from(field, "utf8"));
  const list = encoded.map((field) => bytes(uint32le(field.length), field));
  return flacBlock(4, bytes(uint32le(4), "test", uint32le(fields.length), ...list));
}
