import { describe, expect, it } from "@jest/globals";

import { GrowableBuffer } from "../../src/upload/growable-buffer.js";

describe("GrowableBuffer", () => {
  it("collects chunks of any size as one piece and gives back what is beyond its bound", () => {
    const buffer = new GrowableBuffer(200_000);
    const source = Buffer.from(Array.from({ length: 250_000 }, (_value, index) => index % 251));
    const rests: number[] = [];
    for (let at = 0, size = 1; at < source.byteLength; at += size, size = (size * 7) % 10_007) {
      rests.push(buffer.fill(source.subarray(at, at + size)).byteLength);
    }
    expect(buffer.take()).toEqual(source.subarray(0, 200_000));
    expect(rests.reduce((sum, rest) => sum + rest, 0)).toBe(50_000);
  });

  it("keeps its bytes when the chunk's buffer is filled anew", () => {
    const buffer = new GrowableBuffer(10);
    const chunk = Buffer.from("abc");
    buffer.fill(chunk);
    chunk.fill("x");
    buffer.fill(chunk);
    expect(buffer.take().toString()).toBe("abcxxx");
  });

  it("starts anew after it was taken, and leaves what was taken alone", () => {
    const buffer = new GrowableBuffer(4);
    buffer.fill(Buffer.from("abcd"));
    const taken = buffer.take();
    buffer.fill(Buffer.from("efgh"));
    expect(taken.toString()).toBe("abcd");
    expect(buffer.take().toString()).toBe("efgh");
    expect(buffer.take().byteLength).toBe(0);
  });
});
