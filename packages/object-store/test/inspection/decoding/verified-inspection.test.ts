import { describe, expect, it } from "@jest/globals";

import { DecoderPool } from "../../../src/inspection/decoding/decoder-pool.js";
import { VerifiedInspection } from "../../../src/inspection/decoding/verified-inspection.js";
import type { Inspection } from "../../../src/inspection/inspection.js";
import type { MediaFormat } from "../../../src/inspection/media-facts.js";

/** An inspection that answers when it is told to, and needs no byte. */
class LateInspection implements Inspection {
  answer: () => void = () => undefined;

  constructor(readonly format: MediaFormat = "png") {}

  write(): Promise<void> {
    return new Promise((resolve) => {
      this.answer = resolve;
    });
  }

  pass(next: Uint8Array): number {
    return next.byteLength;
  }

  finish(): Promise<never> {
    return Promise.reject(new Error("it is never finished"));
  }

  close(): void {
    // It answers all the same.
  }
}

describe("VerifiedInspection", () => {
  it("keeps no byte on disk for a parser that answers once it is closed", async () => {
    const late = new LateInspection();
    const inspection = new VerifiedInspection(late, new DecoderPool({}), 1_000_000);
    const written = inspection.write(Buffer.alloc(1000));
    inspection.close();
    late.answer();
    await expect(written).rejects.toMatchObject({ code: "inspection_interrupted" });
  });

  it("needs every byte of an image, which is to be decoded, but not of audio", () => {
    const passed = (["png", "mp3"] as const).map((format) => {
      const inspection = new VerifiedInspection(new LateInspection(format), new DecoderPool({}), 1);
      return inspection.pass(Buffer.alloc(1000));
    });
    expect(passed).toEqual([0, 1000]);
  });
});
