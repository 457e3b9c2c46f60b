import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { describe, expect, it, jest } from "@jest/globals";

import { memoryObjectStore, MemoryStorage } from "../../src/testing.js";
import { sampleOf } from "../support/samples.js";

const LISTENING = fileURLToPath(new URL("../fixtures/listening.mjs", import.meta.url));

/** A storage with one object, and how to sign a URL of it. */
async function withObject() {
  const storage = new MemoryStorage();
  const body = Buffer.from("bytes");
  const { byteLength } = body;
  await storage.put({ key: "a/ü #1?.txt", body, byteLength, contentType: "text/plain" });
  const sign = async (options: { window?: number } = {}): Promise<string> =>
    (await storage.presignGet("a/ü #1?.txt", { expiresIn: 60, ...options })).url;
  return { storage, sign };
}

describe("the endpoint of a memory storage", () => {
  it("is where URLs lead while it listens, and they lead nowhere before and after", async () => {
    const { storage, sign } = await withObject();
    expect(await sign()).toMatch(/^memory:\/\/storage\//);
    const endpoint = await storage.listen();
    const url = await sign();
    expect(url).toMatch(new RegExp(`^${endpoint.url}/`));
    expect(await (await fetch(url)).text()).toBe("bytes");
    await endpoint.close();
    await endpoint.close();
    expect(await sign()).toMatch(/^memory:\/\/storage\//);
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  });

  it("is another one when it is asked for again, which the close of the first leaves alone", async () => {
    const { storage, sign } = await withObject();
    const first = await storage.listen();
    const old = await sign();
    const second = await storage.listen();
    expect((await fetch(old)).status).toBe(200);
    await first.close();
    expect((await fetch(await sign())).status).toBe(200);
    await second.close();
  });

  it("has the same URL for a window of time", async () => {
    const { storage, sign } = await withObject();
    const { close } = await storage.listen();
    const hour = 3_600_000;
    const start = Math.floor(Date.now() / hour) * hour;
    const clock = jest.spyOn(Date, "now");
    const urlAt = (time: number): Promise<string> => {
      clock.mockReturnValue(time);
      return sign({ window: 3600 });
    };
    const url = await urlAt(start);
    expect(await urlAt(start + hour - 1)).toBe(url);
    expect(await urlAt(start + hour)).not.toBe(url);
    clock.mockRestore();
    await close();
  });

  it("answers pages of another origin", async () => {
    const { storage, sign } = await withObject();
    const { close } = await storage.listen();
    const preflight = await fetch(await sign(), { method: "OPTIONS" });
    expect(preflight.status).toBe(204);
    for (const { headers } of [preflight, await fetch(await sign())]) {
      expect(headers.get("access-control-allow-origin")).toBe("*");
      expect(headers.get("access-control-allow-methods")).toContain("PUT");
      expect(headers.get("access-control-allow-headers")).toBe("*");
      expect(headers.get("access-control-expose-headers")).toBe("ETag, Content-Range");
    }
    await close();
  });

  it.each([
    ["bytes=1-2", 206, "yt", "bytes 1-2/5"],
    ["bytes=3-", 206, "es", "bytes 3-4/5"],
    ["bytes=-2", 206, "es", "bytes 3-4/5"],
    ["bytes=0-99", 206, "bytes", "bytes 0-4/5"],
    ["bytes=0-1,3-4", 200, "bytes", null],
    ["bytes=5-", 416, expect.stringContaining("<Code>InvalidRange</Code>"), null],
  ])("answers the range %s with %d", async (range, status, body, contentRange) => {
    const { storage, sign } = await withObject();
    const { close } = await storage.listen();
    const answer = await fetch(await sign(), { headers: { Range: range } });
    expect(answer.status).toBe(status);
    expect(await answer.text()).toEqual(body);
    expect(answer.headers.get("content-range")).toBe(contentRange);
    await close();
  });

  it("refuses what it never signed, with an error in XML", async () => {
    const { storage } = await withObject();
    const { url, close } = await storage.listen();
    const form = new FormData();
    form.append("file", new Blob(["bytes"]), "file");
    const answers: [RequestInit, number, string][] = [
      [{}, 403, "SignatureDoesNotMatch"],
      [{ method: "PUT", body: "bytes" }, 403, "SignatureDoesNotMatch"],
      [{ method: "POST", body: form }, 403, "SignatureDoesNotMatch"],
      [{ method: "POST", body: "no form" }, 400, "MalformedPOSTRequest"],
    ];
    for (const [init, status, code] of answers) {
      const answer = await fetch(`${url}/%E0%A4%A?signature=&expires=tomorrow`, init);
      expect(answer.status).toBe(status);
      expect(await answer.text()).toContain(`<Code>${code}</Code>`);
    }
    expect(storage.keys).toHaveLength(1);
    await close();
  });

  it("reads a form as S3 does: without the fields behind its file", async () => {
    const { storage } = await withObject();
    const { close } = await storage.listen();
    const { store } = memoryObjectStore({ s3: storage });
    const { bytes } = await sampleOf("png");
    const { post } = await store.forSystem().images.createDirectUpload({
      contentType: "image/png",
      byteSize: bytes.byteLength,
    });
    const fields = Object.entries(post?.fields ?? {});
    const sent = async (isFirst: boolean): Promise<number> => {
      const form = new FormData();
      if (isFirst) form.append("file", new Blob([bytes]), "file");
      for (const [name, value] of fields) form.append(name, value);
      if (!isFirst) form.append("file", new Blob([bytes]), "file");
      return (await fetch(String(post?.url), { method: "POST", body: form })).status;
    };
    expect(await sent(true)).toBe(403);
    expect(await sent(false)).toBe(204);
    await close();
  });

  it("keeps no process alive", async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [LISTENING], {
      timeout: 30_000,
    });
    expect(stdout).toBe("200\n");
  });
});
