import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import { DecoderPool } from "../../../src/inspection/decoding/decoder-pool.js";
import { VerifiedInspection } from "../../../src/inspection/decoding/verified-inspection.js";
import type { Inspection } from "../../../src/inspection/inspection.js";
import type { ImageFacts, MediaFacts, MediaFormat } from "../../../src/inspection/media-facts.js";
import { expectGone, pidIn } from "../../support/processes.js";
import { HangingDecoders } from "./hanging-decoders.js";

let hanging: HangingDecoders;

beforeEach(async () => {
  hanging = await HangingDecoders.create();
});

afterEach(async () => {
  await hanging.close();
});

/** An inspection that answers when it is told to, and needs no byte. */
class LateInspection implements Inspection {
  answer: () => void = () => undefined;

  constructor(public format: MediaFormat | undefined) {}

  write(): Promise<void> {
    return new Promise((resolve) => {
      this.answer = resolve;
    });
  }

  pass(next: Uint8Array): number {
    return next.byteLength;
  }

  finish(): Promise<MediaFacts> {
    return Promise.resolve({ kind: "image", format: "png" } as ImageFacts);
  }

  close(): void {
    // It answers all the same.
  }
}

describe("VerifiedInspection", () => {
  it("keeps no byte on disk for a parser that answers once it is closed", async () => {
    const late = new LateInspection("png");
    const inspection = new VerifiedInspection(late, new DecoderPool({}), 1_000_000);
    const written = inspection.write(Buffer.alloc(1000));
    inspection.close();
    late.answer();
    await expect(written).rejects.toThrow("The inspection is closed.");
  });

  it("does not take a file that was closed meanwhile for a fault of the disk", async () => {
    const late = new LateInspection(undefined);
    const inspection = new VerifiedInspection(late, new DecoderPool({}), 1_000_000);
    const head = inspection.write(Buffer.alloc(1000));
    late.answer();
    await head;
    late.format = "png";
    const written = inspection.write(Buffer.alloc(1000));
    late.answer();
    // Its file is being opened for both.
    await new Promise(setImmediate);
    inspection.close();
    await expect(written).rejects.toThrow("The inspection is closed.");
  });

  it("ends the decoder that it is at once it is closed", async () => {
    const { url, pidFile } = hanging.module("decode");
    const pool = new DecoderPool({ decoders: 1, decodeSeconds: 600 }, url);
    const inspection = new VerifiedInspection(new LateInspection("png"), pool, 1_000_000);
    const finished = expect(inspection.finish(Buffer.alloc(1000))).rejects.toThrow(
      "The inspection is closed.",
    );
    const pid = await pidIn(pidFile);
    inspection.close();
    await finished;
    await expectGone(pid);
  });

  it("needs every byte of an image, which is to be decoded, but not of audio", () => {
    const passed = (["png", "mp3"] as const).map((format) => {
      const inspection = new VerifiedInspection(new LateInspection(format), new DecoderPool({}), 1);
      return inspection.pass(Buffer.alloc(1000));
    });
    expect(passed).toEqual([0, 1000]);
  });
});
