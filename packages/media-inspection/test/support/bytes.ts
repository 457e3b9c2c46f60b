/** Latin-1 text, numbers as single bytes, or bytes, one behind the other. */
export function bytes(...parts: (string | number | Uint8Array)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (typeof part === "string") return Buffer.from(part, "latin1");
      return typeof part === "number" ? Buffer.of(part) : part;
    }),
  );
}

export function uint16be(value: number): Buffer {
  return Buffer.of(value >>> 8, value & 0xff);
}

export function uint16le(value: number): Buffer {
  return uint16be(value).reverse();
}

export function uint32be(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value >>> 0);
  return buffer;
}

export function uint32le(value: number): Buffer {
  return uint32be(value).reverse();
}

export function uint24le(value: number): Buffer {
  return uint32le(value).subarray(0, 3);
}

export function uint24be(value: number): Buffer {
  return uint32be(value).subarray(1);
}

export function float64be(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleBE(value);
  return buffer;
}
