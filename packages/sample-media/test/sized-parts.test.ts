import { describe, expect, it } from "@jest/globals";

import { inChunks } from "../src/sized/chunks.js";
import { evenParts } from "../src/sized/parts.js";
import { repeated } from "../src/sized/repeated.js";

describe("evenParts", () => {
  it.each([
    [0, 10, []],
    [10, 10, [10]],
    [11, 10, [6, 5]],
    [25, 10, [9, 8, 8]],
  ])("splits %d by at most %d", (length, largest, sizes) => {
    expect([...evenParts(length, largest)].map(({ size }) => size)).toEqual(sizes);
  });

  it("numbers the parts and puts them one behind the other", () => {
    expect([...evenParts(25, 10)]).toEqual([
      { index: 0, start: 0, size: 9 },
      { index: 1, start: 9, size: 8 },
      { index: 2, start: 17, size: 8 },
    ]);
  });
});

describe("inChunks", () => {
  it("neither loses, adds nor reorders a byte, whatever the sizes", () => {
    const pieces = [[], [1], [2, 3, 4, 5, 6, 7, 8], [], [9, 10]].map((part) =>
      Uint8Array.from(part),
    );
    expect([...inChunks(pieces, 3)].map((chunk) => [...chunk])).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
      [10],
    ]);
  });

  it("ends without an empty chunk", () => {
    expect([...inChunks([Uint8Array.of(1, 2), Uint8Array.of(3, 4)], 2)]).toHaveLength(2);
    expect([...inChunks([], 2)]).toEqual([]);
  });
});

describe("repeated", () => {
  it("goes round the cycle and stops within it", () => {
    const bytes = [...repeated(Uint8Array.of(1, 2, 3), 8)].flatMap((piece) => [...piece]);
    expect(bytes).toEqual([1, 2, 3, 1, 2, 3, 1, 2]);
  });
});
