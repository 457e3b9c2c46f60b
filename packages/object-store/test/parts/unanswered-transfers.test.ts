import { setTimeout as sleep } from "node:timers/promises";

import { describe, expect, it } from "@jest/globals";
import type { Fault, FaultRequest } from "@repo/local-s3";
import type { MediaFacts } from "@repo/media-inspection";

import { injectFaults, MemoryStorage, type StorageClient } from "../../src/testing.js";
import type { ByteSource } from "../../src/upload/byte-source.js";
import { type BodyRules, InspectedBody } from "../../src/upload/inspected-body.js";
import { iterableSource } from "../../src/upload/iterable-source.js";
import { memorySource } from "../../src/upload/open-byte-source.js";
import { transfer } from "../../src/upload/transfer.js";
import { pieces } from "../support/bytes.js";
import { faultyS3 } from "../support/faulty-s3.js";

const { harness, faults } = faultyS3();

const KEY = "images/system/file.png";
const SMALL = Buffer.alloc(300_000, "small");
const LARGE = Buffer.alloc(6_000_000, "large");

/** Finds everything good. */
const INSPECTION: BodyRules["inspection"] = {
  format: "png",
  decodes: false,
  write: () => Promise.resolve(),
  writeNow: () => Promise.resolve(),
  finish: () => Promise.resolve({ kind: "image", format: "png" } as MediaFacts),
};

const small = (): ByteSource => memorySource(SMALL);
const smallStream = (): ByteSource => iterableSource(pieces(SMALL, 50_000));
const large = (): ByteSource => memorySource(LARGE);
const largeStream = (): ByteSource => iterableSource(pieces(LARGE, 50_000));

async function send(source: ByteSource, s3: StorageClient = harness().s3): Promise<boolean> {
  const body = await InspectedBody.open(source, { maxBytes: 1e9, inspection: INSPECTION });
  try {
    const { signal } = new AbortController();
    const reserve = (): Promise<void> => Promise.resolve();
    return (await transfer(s3, body, { key: KEY, signal }, reserve)).unanswered;
  } finally {
    body.close();
  }
}

function strike(operation: FaultRequest["operation"], fault: Fault): void {
  faults().add({ match: (request) => request.operation === operation, times: 1, fault });
}

describe("a transfer", () => {
  it.each([
    ["bytes in memory", small],
    ["a short stream", smallStream],
    ["many bytes in memory", large],
    ["a long stream", largeStream],
  ])("of %s that is answered at once leaves nothing unanswered", async (_name, source) => {
    expect(await send(source())).toBe(false);
  });

  it.each([
    ["bytes in memory", small, "PutObject"],
    ["a short stream", smallStream, "PutObject"],
    ["a long stream", largeStream, "CompleteMultipartUpload"],
  ] as const)(
    "of %s says that the first of its requests is unanswered",
    async (_name, source, operation) => {
      strike(operation, { type: "loseResponse" });
      expect(await send(source())).toBe(true);
    },
  );

  it("leaves nothing unanswered for a part that may come late, or an answered refusal", async () => {
    strike("UploadPart", { type: "loseResponse" });
    expect(await send(largeStream())).toBe(false);
    strike("PutObject", { type: "error", status: 503, code: "SlowDown" });
    expect(await send(small())).toBe(false);
  });

  it("says so where a PUT that is held back makes the object again after its deletion", async () => {
    let land = (): void => undefined;
    const until = new Promise<void>((resolve) => (land = resolve));
    strike("PutObject", { type: "landLate", until });

    expect(await send(small())).toBe(true);

    await harness().s3.delete(KEY);
    expect(await harness().keys()).toEqual([]);
    land();
    while ((await harness().keys()).length === 0) await sleep(20);
  });

  it("takes a storage that does not speak of it for one that answers at once", async () => {
    const memory = new MemoryStorage();
    expect(await send(small(), memory)).toBe(false);
    expect(await send(largeStream(), memory)).toBe(false);
  });

  it.each([
    ["put", small],
    ["put", large],
    ["completeMultipartUpload", largeStream],
  ] as const)("goes unanswered by an injected fault of %s", async (operation, source) => {
    const { storage, faults: injected } = injectFaults(new MemoryStorage());
    injected.add({ match: operation, fault: { type: "unanswered" } });
    expect(await send(source(), storage)).toBe(true);
  });
});
