import { describe, expect, it } from "@jest/globals";

import { DecoderPool } from "../../../src/inspection/decoding/decoder-pool.js";
import { VerifiedInspection } from "../../../src/inspection/decoding/verified-inspection.js";
import type { Inspection } from "../../../src/inspection/inspection.js";

/** An inspection of an image that answers when it is told to. */
class LateInspection implements Inspection {
  readonly format = "png";
  answer: () => void = () => undefined;

  write(): Promise<void> {
    return new Promise((resolve) => {
      this.answer = resolve;
    });
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
});
