import { Readable } from "node:stream";

import { beforeEach, describe, expect, it } from "@jest/globals";

import { injectFaults, MemoryStorage, type StorageFaults } from "../../src/testing.js";
import { collect } from "../support/bytes.js";

let memory: MemoryStorage;
let storage: MemoryStorage;
let faults: StorageFaults;

beforeEach(() => {
  memory = new MemoryStorage();
  ({ storage, faults } = injectFaults(memory));
});

function put(key: string, text = "bytes"): Promise<{ etag: string }> {
  const body = Buffer.from(text);
  return storage.put({ key, body, byteLength: body.byteLength, contentType: "image/png" });
}

const UNAVAILABLE = { code: "s3_unavailable", retryable: true };

describe("a storage with faults", () => {
  it("does what the wrapped one does where no rule strikes, and records the calls", async () => {
    await put("a");
    await storage.deleteMany(["a", "b"]);
    expect(faults.calls).toEqual([
      { operation: "put", keys: ["a"], number: 1 },
      { operation: "deleteMany", keys: ["a", "b"], number: 1 },
    ]);
    expect(memory.keys).toEqual([]);
  });

  it("fails the nth call only, without carrying it out", async () => {
    const rule = faults.add({
      match: ({ operation, number }) => operation === "put" && number === 2,
      fault: { type: "error" },
    });
    await put("a");
    await expect(put("b")).rejects.toMatchObject({ ...UNAVAILABLE, outcome: "not_applied" });
    await put("c");
    expect(memory.keys).toEqual(["a", "c"]);
    expect(rule.hits).toBe(1);
  });

  it("strikes as often as the rule says, until it is removed", async () => {
    faults.add({ match: "put", times: 1, fault: { type: "error" } });
    await expect(put("a")).rejects.toMatchObject(UNAVAILABLE);
    await put("a");
    const rule = faults.add({ fault: { type: "error" } });
    await expect(put("b")).rejects.toMatchObject(UNAVAILABLE);
    rule.remove();
    await put("b");
    expect(memory.keys).toEqual(["a", "b"]);
  });

  it("carries a call out whose response is lost", async () => {
    faults.add({ match: "put", fault: { type: "loseResponse" } });
    await expect(put("a")).rejects.toMatchObject({ ...UNAVAILABLE, outcome: "unknown" });
    expect(memory.keys).toEqual(["a"]);
  });

  it("carries a call out of which an earlier attempt goes unanswered", async () => {
    faults.add({ fault: { type: "unanswered" } });
    expect(await put("a")).toMatchObject({ etag: expect.any(String), unanswered: true });
    const copied = await storage.copy({ sourceKey: "a", targetKey: "b" });
    expect(copied).toMatchObject({ etag: expect.any(String), unanswered: true });
    expect(await storage.head("a")).not.toHaveProperty("unanswered");
    expect(memory.keys).toEqual(["a", "b"]);
  });

  it("hangs until the signal fires", async () => {
    faults.add({ match: "get", fault: { type: "hang" } });
    await put("a");
    const abort = new AbortController();
    const get = storage.get("a", { signal: abort.signal });
    const first = await Promise.race([
      get,
      new Promise((resolve) => setImmediate(resolve, "hung")),
    ]);
    expect(first).toBe("hung");
    abort.abort();
    await expect(get).rejects.toMatchObject({ code: "s3_aborted" });
  });

  it("delays and interleaves, and then applies the rules that follow", async () => {
    const order: string[] = [];
    faults.add({ match: "put", fault: { type: "delay", ms: 1 } });
    faults.add({
      match: "put",
      fault: { type: "interleave", run: ({ keys }) => void order.push(...keys) },
    });
    faults.add({ match: "put", fault: { type: "error" } });
    await expect(put("a")).rejects.toMatchObject(UNAVAILABLE);
    expect(order).toEqual(["a"]);
  });

  it("reports the keys of a deletion that it leaves", async () => {
    faults.add({ fault: { type: "deleteErrors", keys: (key) => key === "b" } });
    for (const key of ["a", "b", "c"]) await put(key);
    const { deleted, failed } = await storage.deleteMany(["a", "b", "c"]);
    expect(deleted).toEqual(["a", "c"]);
    expect(failed).toMatchObject([{ key: "b", error: UNAVAILABLE }]);
    expect(memory.keys).toEqual(["b"]);
  });

  it("breaks a download after some bytes", async () => {
    faults.add({ match: "get", fault: { type: "cut", after: 3 } });
    await put("a", "0123456789");
    const { body, byteLength } = await storage.get("a");
    expect(byteLength).toBe(10);
    const seen: string[] = [];
    await expect(
      (async () => {
        for await (const chunk of body as AsyncIterable<Buffer>) seen.push(chunk.toString());
      })(),
    ).rejects.toMatchObject(UNAVAILABLE);
    expect(seen.join("")).toBe("012");
  });

  it("breaks an upload half-way, gives its source up and stores nothing", async () => {
    faults.add({ match: "put", fault: { type: "cut", after: 4 } });
    let taken = 0;
    const source = Readable.from(
      (function* () {
        for (; taken < 10; taken += 1) yield Buffer.from("x");
      })(),
      { objectMode: false, highWaterMark: 1 },
    );
    await expect(
      storage.put({ key: "a", body: source, byteLength: 10, contentType: "image/png" }),
    ).rejects.toMatchObject({ ...UNAVAILABLE, outcome: "not_applied" });
    expect(source.destroyed).toBe(true);
    expect(taken).toBeLessThan(10);
    expect(memory.keys).toEqual([]);
  });

  it("breaks a listing after some entries", async () => {
    faults.add({ match: "list", fault: { type: "cut", after: 1 } });
    await put("a");
    await put("b");
    const seen: string[] = [];
    await expect(
      (async () => {
        for await (const { key } of storage.list()) seen.push(key);
      })(),
    ).rejects.toMatchObject(UNAVAILABLE);
    expect(seen).toEqual(["a"]);
  });

  it("wraps what has private members, such as a class with fields of its own", async () => {
    await put("a", "bytes");
    expect((await collect((await storage.get("a")).body)).toString()).toBe("bytes");
  });
});
