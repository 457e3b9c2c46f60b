import { createHash } from "node:crypto";

import { describe, expect, it } from "@jest/globals";

import { HashingThread, HashInThread } from "../../src/upload/hash-in-thread.js";
import { HashHere } from "../../src/upload/running-hash.js";

function shared(bytes: Uint8Array): Buffer {
  const memory = Buffer.from(new SharedArrayBuffer(bytes.byteLength));
  memory.set(bytes);
  return memory;
}

function patterned(byteLength: number, seed: number): Buffer {
  return Buffer.from(new Uint8Array(byteLength).map((_value, index) => (index * seed) % 251));
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

describe("HashHere", () => {
  it("gives the SHA-256 of pieces in their order, also of those that nobody waited for", async () => {
    const bytes = patterned(3_000_000, 7);
    const hash = new HashHere();
    void hash.update(bytes.subarray(0, 2_900_000));
    void hash.update(bytes.subarray(2_900_000, 2_999_000));
    expect((await hash.digest(bytes.subarray(2_999_000))).toString("hex")).toBe(sha256(bytes));
  });

  it("lets the event loop go on before many bodies are hashed", async () => {
    const bytes = Buffer.alloc(1_000_000, 1);
    let done = 0;
    const digests = Array.from({ length: 20 }, async () => {
      const digest = await new HashHere().digest(bytes);
      done += 1;
      return digest.toString("hex");
    });
    const doneByTurn: number[] = [];
    while (done < 20) {
      await new Promise(setImmediate);
      doneByTurn.push(done);
    }
    expect(doneByTurn.length).toBeGreaterThan(5);
    expect(new Set(await Promise.all(digests))).toEqual(new Set([sha256(bytes)]));
  });

  it("gives no digest of a body whose bytes could not all be taken", async () => {
    const detached = Buffer.from(new ArrayBuffer(10));
    const hash = new HashHere();
    const updated = hash.update(detached);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    await expect(updated).rejects.toThrow("detached");
    await expect(hash.digest(Buffer.alloc(1))).rejects.toThrow("detached");
  });
});

describe("HashInThread", () => {
  it("gives the SHA-256 of pieces of shared memory and of other memory in their order", async () => {
    const bytes = patterned(100_000, 7);
    const hash = new HashInThread();
    void hash.update(shared(bytes.subarray(0, 30_000)));
    void hash.update(bytes.subarray(30_000, 60_000));
    await hash.update(shared(bytes.subarray(60_000, 99_000)));
    const digest = await hash.digest(bytes.subarray(99_000));
    expect(digest.toString("hex")).toBe(sha256(bytes));
  });

  it("gives that of a body that comes at once, and of none", async () => {
    const bytes = patterned(1_000, 3);
    expect((await new HashInThread().digest(bytes)).toString("hex")).toBe(sha256(bytes));
    expect((await new HashInThread().digest(Buffer.alloc(0))).toString("hex")).toBe(
      sha256(Buffer.alloc(0)),
    );
  });

  it("keeps bodies apart that come at the same time, also where one is given up", async () => {
    const bodies = Array.from({ length: 8 }, (_value, index) => patterned(5_000, index + 2));
    const hashes = bodies.map(() => new HashInThread());
    for (let at = 0; at < 5_000; at += 1_000) {
      hashes.forEach((hash, index) => {
        void hash.update(bodies[index]?.subarray(at, at + 1_000) ?? Buffer.alloc(0));
      });
      if (at === 2_000) hashes.pop()?.close();
    }
    const digests = await Promise.all(hashes.map((hash) => hash.digest(Buffer.alloc(0))));
    expect(digests.map((digest) => digest.toString("hex"))).toEqual(bodies.slice(0, 7).map(sha256));
    for (const hash of hashes) hash.close();
  });

  it("takes no more once it is closed", async () => {
    const hash = new HashInThread();
    hash.close();
    await expect(hash.update(Buffer.alloc(1))).rejects.toThrow("closed");
    await expect(hash.digest(Buffer.alloc(1))).rejects.toThrow("closed");
    hash.close();
  });

  it("gives no digest of a body whose bytes could not all be taken", async () => {
    const hash = new HashInThread();
    const detached = new Uint8Array(new ArrayBuffer(10));
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    await expect(hash.update(detached)).rejects.toThrow("detached");
    await expect(hash.digest(Buffer.alloc(1))).rejects.toThrow("detached");
    hash.close();
  });

  it("copies memory that is not shared at once", async () => {
    const bytes = patterned(4_000, 5);
    const expected = sha256(bytes);
    const hash = new HashInThread();
    const updated = hash.update(bytes);
    bytes.fill(0);
    await updated;
    expect((await hash.digest(Buffer.alloc(0))).toString("hex")).toBe(expected);
  });
});

describe("HashingThread", () => {
  it("fails what it was asked, and will be asked, once it is lost", async () => {
    const silent = new URL("../fixtures/silent-hashing-worker.mjs", import.meta.url);
    const thread = new HashingThread(silent);
    await thread.ask("update", 1, Buffer.alloc(1));
    const asked = thread.ask("digest", 1, Buffer.alloc(1));
    const outcome = expect(asked).rejects.toMatchObject({
      code: "inspection_interrupted",
      retryable: true,
    });
    await thread.end();
    await outcome;
    expect(thread.isLost).toBe(true);
    await expect(thread.ask("digest", 2, Buffer.alloc(1))).rejects.toMatchObject({
      code: "inspection_interrupted",
    });
  });

  it("is lost when it answers for another body than it was asked for", async () => {
    const confused = new URL("../fixtures/confused-hashing-worker.mjs", import.meta.url);
    const thread = new HashingThread(confused);
    await expect(thread.ask("digest", 1, Buffer.alloc(1))).rejects.toMatchObject({
      code: "inspection_interrupted",
      cause: new Error("the thread answered for another body"),
    });
    expect(thread.isLost).toBe(true);
  });

  it("says that the machine lacks a thread that cannot be loaded, which no repetition mends", async () => {
    const thread = new HashingThread(new URL("../fixtures/missing.mjs", import.meta.url));
    await expect(thread.ask("digest", 1, Buffer.alloc(1))).rejects.toMatchObject({
      code: "resource_unavailable",
      resource: "processes",
      retryable: false,
      cause: { code: expect.stringMatching(/MODULE_NOT_FOUND$/) },
    });
    expect(thread.isLost).toBe(true);
  });
});
