import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { v7 as uuidv7 } from "uuid";

import { decodeCursor, encodeCursor } from "../../src/service/cursor.js";

const BINDING = { owner: uuidv7(), list: "images", secret: undefined };
const ID = uuidv7();
const refusal = expect.objectContaining({ code: "invalid_cursor" });

describe("a cursor", () => {
  it("gives back the id to the list that made it", () => {
    fc.assert(
      fc.property(fc.uuid(), fc.string(), fc.option(fc.uuid()), (id, list, owner) => {
        const binding = { owner, list, secret: "0123456789abcdef" };
        expect(decodeCursor(encodeCursor(id, binding), binding)).toBe(id);
      }),
    );
  });

  it.each([
    ["another owner", { owner: uuidv7() }],
    ["the system", { owner: null }],
    ["another list", { list: "audio" }],
    ["a secret", { secret: "0123456789abcdef" }],
  ])("is refused for %s", (_name, change) => {
    const cursor = encodeCursor(ID, BINDING);
    expect(() => decodeCursor(cursor, { ...BINDING, ...change })).toThrow(refusal);
    expect(() => decodeCursor(encodeCursor(ID, { ...BINDING, ...change }), BINDING)).toThrow(
      refusal,
    );
  });

  it("is refused with any bit changed, cut, or written in another way", () => {
    const cursor = encodeCursor(ID, BINDING);
    const bytes = Buffer.from(cursor, "base64url");
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decodeCursor(changed.toString("base64url"), BINDING)).toThrow(refusal);
    }
    for (const wrong of ["", cursor.slice(0, -1), `${cursor}=`, `${cursor}A`, ` ${cursor}`]) {
      expect(() => decodeCursor(wrong, BINDING)).toThrow(refusal);
    }
  });

  it("does not tell its owner or list", () => {
    expect(encodeCursor(ID, BINDING)).toMatch(/^[\w-]{44}$/);
  });
});
