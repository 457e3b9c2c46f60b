import { EventEmitter, once } from "node:events";

import { describe, expect, it } from "@jest/globals";
import { ProcessPool } from "@repo/media-processing";

import { Decoding } from "../../src/upload/decoding.js";

const BYTES = Buffer.alloc(1000);

describe("Decoding", () => {
  it("rejects bytes once it is closed", async () => {
    const decoding = new Decoding(new ProcessPool(), 1_000_000);
    decoding.close();
    await expect(decoding.keep(BYTES, "png")).rejects.toThrow("The inspection is closed.");
  });

  it("reports a close, not a disk failure, while its file is being opened", async () => {
    const decoding = new Decoding(new ProcessPool(), 1_000_000);
    await decoding.keep(BYTES, undefined);
    const kept = decoding.keep(BYTES, "png");
    // Its file is being opened for both.
    decoding.close();
    await expect(kept).rejects.toThrow("The inspection is closed.");
  });

  it("aborts its job once it is closed", async () => {
    const job = new EventEmitter();
    const run = async (...[, , , signal]: Parameters<ProcessPool["run"]>): Promise<never> => {
      job.emit("start");
      await once(signal, "abort");
      throw signal.reason;
    };
    const decoding = new Decoding({ run }, 1_000_000);
    await decoding.keep(BYTES, "png");
    const started = once(job, "start");
    const verified = decoding.verify("png");
    await started;
    decoding.close();
    await expect(verified).rejects.toThrow("The inspection is closed.");
  });

  it("keeps the bytes of images from the first on, and none of audio and long tags", async () => {
    const sizes: number[] = [];
    const run = (...[, , bytes]: Parameters<ProcessPool["run"]>) => {
      sizes.push(bytes.byteLength);
      return Promise.resolve({ damage: undefined });
    };
    const image = new Decoding({ run }, 1_000_000);
    await image.keep(BYTES, undefined);
    await image.keep(BYTES, "png");
    await image.verify("png");
    image.close();
    expect(sizes).toEqual([2000]);

    const tags = new Decoding({ run }, 1_000_000);
    for (let passed = 0; passed < 10_000; passed += BYTES.length) await tags.keep(BYTES, undefined);
    await tags.keep(BYTES, "png");
    await tags.verify("png");
    tags.close();
    expect(sizes).toEqual([2000, 1000]);

    const audio = new Decoding({ run }, 1_000_000);
    await audio.keep(BYTES, undefined);
    await audio.keep(BYTES, "mp3");
    await expect(audio.verify("png")).rejects.toThrow("no byte of the file was kept");
  });
});
