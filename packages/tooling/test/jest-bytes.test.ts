import { describe, expect, it } from "@jest/globals";

describe("bytes that a test compares", () => {
  it("are equal where all of them are, also inside of others", () => {
    expect(Buffer.of(1, 2)).toEqual(Buffer.of(1, 2));
    expect({ body: [new Uint8Array(3)] }).toStrictEqual({ body: [new Uint8Array(3)] });
  });

  it.each([
    ["one of them", Buffer.of(1, 2), Buffer.of(1, 3)],
    ["their number", Buffer.of(1, 2), Buffer.of(1, 2, 3)],
    ["their type", Buffer.of(1, 2), Uint8Array.of(1, 2)],
    ["what they are", Buffer.of(1, 2), [1, 2]],
  ])("differ in %s", (_what, received, expected) => {
    expect(received).not.toStrictEqual(expected);
    expect({ body: received }).not.toStrictEqual({ body: expected });
  });
});
