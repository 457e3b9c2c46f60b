import { EventEmitter, once } from "node:events";

import { describe, expect, it } from "@jest/globals";
import { ProcessPool } from "@repo/media-processing";

import { VerifiedInspection } from "../../../src/inspection/decoding/verified-inspection.js";
import type { Inspection } from "../../../src/inspection/inspection.js";
import type { ImageFacts, MediaFacts, MediaFormat } from "../../../src/inspection/media-facts.js";

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
    const inspection = new VerifiedInspection(late, new ProcessPool(), 1_000_000);
    const written = inspection.write(Buffer.alloc(1000));
    inspection.close();
    late.answer();
    await expect(written).rejects.toThrow("The inspection is closed.");
  });

  it("does not take a file that was closed meanwhile for a fault of the disk", async () => {
    const late = new LateInspection(undefined);
    const inspection = new VerifiedInspection(late, new ProcessPool(), 1_000_000);
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

  it("aborts its decoding once it is closed", async () => {
    const decoding = new EventEmitter();
    const run = async (...[, , , signal]: Parameters<ProcessPool["run"]>): Promise<never> => {
      decoding.emit("start");
      await once(signal, "abort");
      throw signal.reason;
    };
    const inspection = new VerifiedInspection(new LateInspection("png"), { run }, 1_000_000);
    const started = once(decoding, "start");
    const finished = inspection.finish(Buffer.alloc(1000));
    await started;
    inspection.close();
    await expect(finished).rejects.toThrow("The inspection is closed.");
  });

  it("needs every byte of an image, which is to be decoded, but not of audio", () => {
    const passed = (["png", "mp3"] as const).map((format) => {
      const inspection = new VerifiedInspection(new LateInspection(format), new ProcessPool(), 1);
      return inspection.pass(Buffer.alloc(1000));
    });
    expect(passed).toEqual([0, 1000]);
  });
});
