import { describe, expect, it } from "@jest/globals";

import { Inspection } from "../../src/upload/inspection.js";

/** A WAV whose chunks take a parser several slices. */
const MANY_CHUNKS = Buffer.concat([
  Buffer.from("RIFF\0\0\0\0WAVE", "latin1"),
  Buffer.alloc(1024 * 1024, "junk\0\0\0\0", "latin1"),
]);

describe("Inspection", () => {
  it("rejects a write that is pending when it is closed", async () => {
    const inspection = new Inspection({});
    const written = inspection.write(MANY_CHUNKS);
    inspection.close();
    await expect(written).rejects.toThrow("The inspection is closed.");
  });
});
