import { once } from "node:events";
import { request } from "node:http";
import { PassThrough, pipeline, type Readable } from "node:stream";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { S3Provider } from "@repo/s3-provider";
import { sizedMedia } from "@repo/sample-media";

import type { MediaScope } from "../../src/index.js";
import { collect, sha256 } from "../support/bytes.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import { services } from "../support/services.js";

let harness: Harness;
let scope: MediaScope;
let userId: string;
let id: string;
let bytes: Uint8Array;

beforeAll(async () => {
  harness = await openHarness();
  userId = await harness.addUser();
  scope = harness.store.forUser(userId);
  const sample = await sampleOf("wav");
  bytes = sample.bytes;
  id = (await uploadSample(scope, { ...sample, name: 'Grüße "aus" Köln.wav' })).file.id;
});

afterAll(async () => {
  await harness.close();
});

describe("url", () => {
  it("gives the bytes to anyone, with the detected type and the name", async () => {
    const { url } = await scope.audio.url(id, { disposition: "attachment" });
    const response = await fetch(url);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("audio/wav");
    expect(response.headers.get("content-disposition")).toBe(
      `attachment; filename="Gr__e _aus_ K_ln.wav"; filename*=UTF-8''Gr%C3%BC%C3%9Fe%20%22aus%22%20K%C3%B6ln.wav`,
    );
    expect(sha256(new Uint8Array(await response.arrayBuffer()))).toBe(sha256(bytes));
  });

  it("is shown inline unless asked otherwise", async () => {
    const response = await fetch((await scope.audio.url(id)).url, { method: "GET" });
    expect(response.headers.get("content-disposition")).toMatch(/^inline;/);
    await response.body?.cancel();
  });

  it("says when it expires, and is refused when changed", async () => {
    const before = Date.now();
    const { url, expiresAt } = await scope.audio.url(id, { expiresIn: 300 });
    expect(expiresAt.getTime()).toBeGreaterThanOrEqual(Math.floor(before / 1000) * 1000 + 300_000);
    expect(expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 300_000);

    const longer = url.replace("X-Amz-Expires=300", "X-Amz-Expires=301");
    expect(longer).not.toBe(url);
    expect((await fetch(longer)).status).toBe(403);
    // Swift answers 400.
    expect([400, 403]).toContain((await fetch(url.split("?")[0] ?? "")).status);
  });

  it.each([0, 604_801, 1.5, "60"])("refuses to expire in %p seconds", async (expiresIn) => {
    await expect(scope.audio.url(id, { expiresIn: expiresIn as number })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  it("is the same while its window lasts, and works for as long as was asked at least", async () => {
    const windowed = harness.storeWith({ urlWindow: 86_400 }).forUser(userId);
    const options = { expiresIn: 60, window: 500_000 };
    const signed = await scope.audio.url(id, options);
    expect((await windowed.audio.url(id, options)).url).toBe(signed.url);
    expect((await scope.audio.urls([id], options)).get(id)?.url).toBe(signed.url);
    const { items } = await scope.audio.list({ withUrls: options });
    expect(items.map(({ url, urlExpiresAt }) => ({ url, expiresAt: urlExpiresAt }))).toEqual([
      signed,
    ]);
    expect(signed.expiresAt.getTime()).toBeGreaterThan(Date.now() + 59_000);
    expect(signed.expiresAt.getTime()).toBeLessThanOrEqual(Date.now() + 500_060_000);
    const response = await fetch(signed.url);
    expect(response.status).toBe(200);
    await response.body?.cancel();

    const ofDay = await windowed.audio.url(id, { expiresIn: 60 });
    expect(new URL(ofDay.url).searchParams.get("X-Amz-Date")).toMatch(/T000000Z$/);
  });

  it.each([0, 604_801, 1.5, "60"])("refuses a window of %p seconds", async (window) => {
    await expect(scope.audio.url(id, { window: window as number })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  it("signs many at once and leaves out what the scope may not see", async () => {
    const stranger = harness.store.forUser(await harness.addUser());
    const hidden = (await uploadSample(stranger, await sampleOf("wav"))).file.id;
    const shared = (await uploadSample(harness.store.forSystem(), await sampleOf("wav"))).file.id;

    const urls = await scope.audio.urls([id, hidden, shared, "nonsense"]);
    expect([...urls.keys()].sort()).toEqual([id, shared].sort());
    for (const { url } of urls.values()) {
      const response = await fetch(url);
      expect(response.status).toBe(200);
      await response.body?.cancel();
    }
  });
});

it("answers ids in any case, under the id that was asked for", async () => {
  const upper = id.toUpperCase();
  expect([...(await scope.audio.urls([upper, id])).keys()]).toEqual([upper, id]);
  expect((await scope.audio.get(upper)).id).toBe(id);
});

describe("download", () => {
  it("gives the whole file with its length, type and entity tag", async () => {
    const download = await scope.audio.download(id);
    expect(download).toMatchObject({
      byteLength: bytes.byteLength,
      totalByteLength: bytes.byteLength,
      contentType: "audio/wav",
    });
    expect(download.etag).toMatch(/^".+"$/);
    expect(sha256(await collect(download.stream))).toBe(sha256(bytes));
  });

  it.each([
    [{ start: 0, end: 0 }, 0, 1],
    [{ start: 10, end: 19 }, 10, 20],
    [{ start: 100 }, 100, undefined],
    [{ start: 5, end: 99_999_999 }, 5, undefined],
  ])("gives the range %j", async (range, start, end) => {
    const expected = Buffer.from(bytes.subarray(start, end));
    const { stream, byteLength, totalByteLength } = await scope.audio.download(id, { range });
    expect(await collect(stream)).toEqual(expected);
    expect(byteLength).toBe(expected.byteLength);
    expect(totalByteLength).toBe(bytes.byteLength);
  });

  it("refuses a range outside the file and one that is none", async () => {
    await expect(
      scope.audio.download(id, { range: { start: bytes.byteLength } }),
    ).rejects.toMatchObject({ code: "invalid_range" });
    for (const range of [{ start: -1 }, { start: 5, end: 4 }, { start: 0.5 }]) {
      await expect(scope.audio.download(id, { range })).rejects.toMatchObject({
        code: "invalid_input",
      });
    }
  });

  it.each<[string, (stream: Readable) => void]>([
    ["is destroyed", (stream) => stream.destroy()],
    [
      "loses its client",
      (stream) => {
        const response = new PassThrough();
        pipeline(stream, response, () => undefined);
        response.destroy();
      },
    ],
  ])("frees its connection when it %s", async (_name, leave) => {
    const { s3: server } = services();
    const s3 = new S3Provider({
      bucket: harness.s3.bucket,
      client: { ...server, credentials: server, forcePathStyle: true, maxSockets: 1 },
    });
    const { audio } = harness.storeWith({ s3 }).forUser(userId);
    const { file } = await audio.upload({ body: sizedMedia("wav", 6_000_000) });
    const { stream } = await audio.download(file.id);
    await once(stream, "readable");
    leave(stream);
    // The only connection: this would wait for it in vain.
    expect((await collect((await audio.download(id)).stream)).byteLength).toBe(bytes.byteLength);
    await audio.delete(file.id);
    s3.destroy();
  });

  it("is refused when the object has another size than the file", async () => {
    const { audio } = harness.store.forUser(userId);
    const { file } = await audio.upload({ body: bytes });
    const [key = ""] = (await harness.keys()).filter((each) => each.includes(file.id));
    const contentType = "audio/wav";
    await harness.s3.put({
      key,
      body: bytes.subarray(1),
      byteLength: bytes.length - 1,
      contentType,
    });
    for (const range of [undefined, { start: 0, end: 9 }]) {
      const download = audio.download(file.id, range && { range });
      await expect(download).rejects.toMatchObject({ code: "storage_error" });
    }
    await audio.delete(file.id);
  });

  it("ends with upload_aborted when the caller's signal aborts", async () => {
    const controller = new AbortController();
    const { stream } = await scope.audio.download(id, { signal: controller.signal });
    controller.abort();
    await expect(collect(stream)).rejects.toMatchObject({ code: "upload_aborted" });
    await expect(scope.audio.download(id, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: "upload_aborted",
    });
  });
});

it("refuses to write or delete with a URL that was signed for reading", async () => {
  const { url } = await scope.audio.url(id);
  for (const method of ["PUT", "DELETE"]) {
    const status = await new Promise((resolve, reject) => {
      request(url, { method }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on("error", reject)
        .end();
    });
    expect(status).toBe(403);
  }
  expect(await scope.audio.exists(id)).toBe(true);
});
