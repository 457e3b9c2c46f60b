import { expect, it } from "@jest/globals";

import { iterableSource } from "../../src/upload/iterable-source.js";

async function* once(chunk: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(chunk);
}

it("a chunk whose memory is transferred before all of it was read fails the source", async () => {
  const chunk = new Uint8Array(100);
  const source = iterableSource(once(chunk));
  expect(await source.read(new Uint8Array(10))).toBe(10);
  structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
  await expect(source.read(new Uint8Array(10))).rejects.toMatchObject({ code: "source_failed" });
});

it("a chunk is read by none of its own methods", async () => {
  class Odd extends Uint8Array {
    override subarray(): this {
      throw new RangeError("no");
    }
  }
  const source = iterableSource(once(new Odd([1, 2, 3])));
  const target = new Uint8Array(2);
  expect(await source.read(target)).toBe(2);
  expect([...target]).toEqual([1, 2]);
  expect(await source.read(target)).toBe(1);
  expect(await source.read(target)).toBe(0);
});
