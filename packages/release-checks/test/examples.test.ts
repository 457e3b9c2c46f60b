import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { userAvatarMigrations, userAvatars } from "@repo/user-avatars";
import { createDatabase, databaseMigrations, Migrator } from "@repo/database";
import { objectStoreMigrations } from "@repo/object-store/migrations";
import { sizedMedia } from "@repo/sample-media";
import sharp from "sharp";

import { coverImages } from "./examples/cover-images.js";
import { beginUpload, finishUpload, sendToS3 } from "./examples/direct-upload.js";
import { answerTo } from "./examples/http-status.js";
import { mediaServer } from "./examples/media-server.js";
import { migrate } from "./examples/migrate.js";
import { type App, openApp } from "./examples/open-app.js";
import { addTranscript, newestEpisodes, publish } from "./examples/podcasts.js";
import { changePicture, signUp } from "./examples/sign-up.js";
import { startServers } from "./examples/servers.js";
import { sweep } from "./examples/sweep.js";
import { testPublishing } from "./examples/test-without-servers.js";
import { toneOf } from "./support/tone.js";

const ROOT = new URL("../../../", import.meta.url);
const EXAMPLES = new URL("examples/", import.meta.url);

describe.each(["README.md", "docs/guide.md", "docs/direct-uploads.md"])("%s", (path) => {
  it("shows nothing but code that is run here", async () => {
    const text = await readFile(new URL(path, ROOT), "utf8");
    const blocks = [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code);
    const names = await readdir(EXAMPLES);
    const sources = await Promise.all(
      names.map((name) => readFile(new URL(name, EXAMPLES), "utf8")),
    );
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect(sources).toContain(block);
  });
});

describe("the examples", () => {
  let folder: string;
  let services: Awaited<ReturnType<typeof startServers>>;
  let app: App;
  let userId: string;
  let png: Buffer;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "examples-"));
    services = await startServers(folder);
    const database = createDatabase({ url: services.databaseUrl });
    await new Migrator({
      database,
      migrations: [...databaseMigrations, ...objectStoreMigrations(), ...userAvatarMigrations],
    }).up();
    await database.close();
    app = openApp({ ...services, bucket: "media" });
    userId = await signUp("ada@example.com");
    png = await sharp({ create: { width: 32, height: 24, channels: 3, background: "#07c" } })
      .png()
      .toBuffer();
  });

  afterAll(async () => {
    await app.close();
    await services.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("migrate a database to what it is already", async () => {
    const url = services.databaseUrl;
    await expect(migrate(url)).resolves.toEqual([]);
  });

  it("store a cover that its URL shows", async () => {
    const setCover = coverImages(services);
    const cover = await setCover(userId, new Blob([Uint8Array.from(png)]).stream());
    expect(cover).toMatchObject({ width: 32, height: 24 });
    const response = await fetch(cover.url);
    expect(Buffer.from(await response.arrayBuffer()).equals(png)).toBe(true);
  });

  it("change a picture in a transaction", async () => {
    await changePicture(app, userId, png);
    const { url } = await changePicture(app, userId, png);
    expect((await fetch(url)).status).toBe(200);
    expect(await userAvatars(app).get(userId)).toMatchObject({ width: 32, height: 24 });
  });

  it("publish an episode once, list it and give it a transcript", async () => {
    const episode = { title: "One.wav", recording: toneOf(1), requestId: "one" };
    const { id, seconds } = await publish(app.store, userId, episode);
    expect(seconds).toBeCloseTo(1);
    expect((await publish(app.store, userId, episode)).id).toBe(id);
    await addTranscript(app.store, userId, id);
    const { episodes, nextCursor } = await newestEpisodes(app.store, userId);
    expect(episodes).toEqual([
      expect.objectContaining({ id, transcript: "Welcome to the first episode." }),
    ]);
    expect(nextCursor).toBeNull();
  });

  it("take uploads and give downloads over HTTP, and answer refusals", async () => {
    const server = mediaServer(() => app.store.forUser(userId));
    const origin = await listening(server);
    try {
      const upload = await fetch(origin, { method: "POST", body: Uint8Array.from(png) });
      expect(upload.status).toBe(201);
      const { id } = (await upload.json()) as { id: string };
      const download = await fetch(`${origin}/${id}`);
      expect(download.headers.get("content-type")).toBe("image/png");
      expect(Buffer.from(await download.arrayBuffer()).equals(png)).toBe(true);
      expect((await fetch(`${origin}/none`)).status).toBe(404);
      const text = await fetch(origin, { method: "POST", body: "text" });
      expect(text.status).toBe(415);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it.each(["whole", "in parts"])("let a browser upload straight to S3, %s", async (how) => {
    const scope = app.store.forUser(userId);
    const name = "photo.png";
    const size = how === "whole" ? png.byteLength : 17 * 1024 * 1024;
    const bytes = await buffer(how === "whole" ? Readable.from([png]) : sizedMedia("png", size));
    const file = new File([Uint8Array.from(bytes)], name, { type: "image/png" });
    const direct = await beginUpload(scope, file);
    expect(direct.parts === null).toBe(how === "whole");
    await sendToS3(direct, file);
    const { id, url } = await finishUpload(scope, direct.id);
    expect(await scope.images.get(id)).toMatchObject({ filename: name, byteSize: size });
    const served = Buffer.from(await (await fetch(url)).arrayBuffer());
    expect(served.equals(bytes)).toBe(true);
  });

  it("survive a client that hangs up during a download", async () => {
    const server = mediaServer(() => app.store.forUser(userId));
    const origin = await listening(server);
    try {
      const body = Uint8Array.from(await buffer(sizedMedia("png", 17 * 1024 * 1024)));
      const { id } = (await (await fetch(origin, { method: "POST", body })).json()) as {
        id: string;
      };
      const hangUp = new AbortController();
      const download = await fetch(`${origin}/${id}`, { signal: hangUp.signal });
      expect(download.status).toBe(200);
      hangUp.abort();
      await expect(download.arrayBuffer()).rejects.toThrow();
      const next = await fetch(`${origin}/${id}`);
      expect((await next.arrayBuffer()).byteLength).toBe(body.byteLength);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it("tell nothing of errors that are not the store's", () => {
    expect(answerTo(new TypeError("mine"))).toMatchObject({ status: 500 });
    expect(JSON.stringify(answerTo(new TypeError("mine")))).not.toContain("mine");
  });

  it("sweep", async () => {
    expect(await sweep(app)).toBe("0 files removed, 0 left for the next sweep");
  });

  it("test a feature without servers", async () => {
    await expect(testPublishing(toneOf(0.5))).resolves.toBeUndefined();
  });
});

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
