import { crc32 } from "node:zlib";

import { bytes, uint16be, uint16le, uint24le, uint32be, uint32le } from "./bytes.js";

/** An EXIF profile (TIFF structure) that holds an orientation and another tag before it. */
export function exif(orientation: number, order: "II" | "MM" = "MM"): Buffer {
  const [u16, u32] = order === "II" ? [uint16le, uint32le] : [uint16be, uint32be];
  const entry = (tag: number, value: number) => bytes(u16(tag), u16(3), u32(1), u16(value), u16(0));
  return bytes(
    order,
    u16(42),
    u32(8),
    u16(2),
    entry(0x0100, 9),
    entry(0x0112, orientation),
    u32(0),
  );
}

export function segment(marker: number, body: Uint8Array): Buffer {
  return bytes(0xff, marker, uint16be(body.length + 2), body);
}

export function exifSegment(orientation: number): Buffer {
  return segment(0xe1, bytes("Exif\0\0", exif(orientation)));
}

export function frameHeader(width: number, height: number, components = 3, marker = 0xc0): Buffer {
  const list = Array.from({ length: components }, (_, id) => bytes(id + 1, 0x11, 0));
  return segment(marker, bytes(8, uint16be(height), uint16be(width), components, ...list));
}

export function jpeg(...segments: Uint8Array[]): Buffer {
  const scan = bytes(segment(0xda, bytes(1, 1, 0, 0, 63, 0)), 1, 2, 3, 0xff, 0xd9);
  return bytes(0xff, 0xd8, ...segments, scan);
}

export function chunk(type: string, body: Uint8Array = Buffer.alloc(0)): Buffer {
  const content = bytes(type, body);
  return bytes(uint32be(body.length), content, uint32be(crc32(content)));
}

export const PNG_SIGNATURE = bytes(0x89, "PNG\r\n", 0x1a, "\n");

export function pngHeader(
  width: number,
  height: number,
  colourType = 2,
  bitDepth = 8,
  compression = 0,
): Buffer {
  const fields = bytes(uint32be(width), uint32be(height), bitDepth, colourType, compression, 0, 0);
  return chunk("IHDR", fields);
}

export const PALETTE = chunk("PLTE", bytes(0, 0, 0));

/** A PNG with these chunks before its image data. */
export function png(header: Uint8Array, ...chunks: Uint8Array[]): Buffer {
  return bytes(PNG_SIGNATURE, header, ...chunks, chunk("IDAT", bytes(1, 2, 3)), chunk("IEND"));
}

export function gifFrame({ transparent = false, width = 1, height = 1 } = {}): Buffer {
  const control = bytes(0x21, 0xf9, 4, transparent ? 1 : 0, 0, 0, 0, 0);
  const size = bytes(uint16le(width), uint16le(height));
  return bytes(control, 0x2c, 0, 0, 0, 0, size, 0, 2, 2, 0x4c, 1, 0);
}

export function gif(width: number, height: number, ...blocks: Uint8Array[]): Buffer {
  const palette = bytes(0, 0, 0, 255, 255, 255);
  return bytes("GIF89a", uint16le(width), uint16le(height), 0x80, 0, 0, palette, ...blocks, 0x3b);
}

export function riffChunk(type: string, body: Uint8Array): Buffer {
  return bytes(type, uint32le(body.length), body, body.length % 2 === 1 ? 0 : "");
}

export function webp(...chunks: Uint8Array[]): Buffer {
  const content = bytes("WEBP", ...chunks);
  return bytes("RIFF", uint32le(content.length), content);
}

export function vp8(width: number, height: number): Buffer {
  const start = bytes(0x50, 0, 0, 0x9d, 0x01, 0x2a);
  return riffChunk("VP8 ", bytes(start, uint16le(width), uint16le(height), 0, 0));
}

export function vp8l(width: number, height: number, alpha = false): Buffer {
  const bits = ((alpha ? 1 : 0) << 28) | ((height - 1) << 14) | (width - 1);
  return riffChunk("VP8L", bytes(0x2f, uint32le(bits), 0, 0, 0));
}

export function vp8x(width: number, height: number, flags = 0): Buffer {
  return riffChunk("VP8X", bytes(flags, 0, 0, 0, uint24le(width - 1), uint24le(height - 1)));
}
