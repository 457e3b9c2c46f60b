import { describe, expect, it } from "@jest/globals";

import { GrowableBuffer } from "../../src/upload/body-memory.js";

describe("GrowableBuffer", () => {
  it("collects pieces of any size as one", () => {
    const buffer = new GrowableBuffer(64 * 1024);
    const source = Buffer.from(new Uint8Array(250_000).map((_value, index) => index % 251));
    for (let at = 0, size = 1; at < source.byteLength; at += size, size = (size * 7) % 10_007) {
      buffer.append(source.subarray(at, at + size));
    }
    expect(buffer.byteLength).toBe(source.byteLength);
    expect(buffer.bytes).toEqual(source);
  });

  it("offers no more room than is asked for, and one byte at least", () => {
    const buffer = new GrowableBuffer(3);
    expect(buffer.space(2).byteLength).toBe(2);
    buffer.append(Buffer.alloc(200_000));
    expect(buffer.space(1).byteLength).toBe(1);
    expect(buffer.space(Infinity).byteLength).toBeGreaterThan(0);
  });

  it("uses its memory again when it is cleared", () => {
    const buffer = new GrowableBuffer(4);
    buffer.append(Buffer.from("abcd"));
    const { buffer: memory } = buffer.bytes;
    buffer.clear();
    expect(buffer.byteLength).toBe(0);
    buffer.append(Buffer.from("ef"));
    expect(buffer.bytes.toString()).toBe("ef");
    expect(buffer.bytes.buffer).toBe(memory);
  });

  it("hands its memory on when it is released, and the next one begins empty in it", () => {
    const buffer = new GrowableBuffer(300_000);
    buffer.append(Buffer.from("abcd"));
    const { buffer: memory } = buffer.bytes;
    buffer.release();
    expect(buffer.byteLength).toBe(0);
    const next = new GrowableBuffer(290_000);
    expect(next.byteLength).toBe(0);
    next.append(Buffer.from("e"));
    expect(next.bytes.toString()).toBe("e");
    expect(next.bytes.buffer).toBe(memory);
  });
});
