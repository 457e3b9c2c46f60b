import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import {
  Agent,
  type IncomingMessage,
  request,
  type RequestOptions,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import {
  DirectUploadRefusedError,
  type ObjectStoreErrorCode,
  ResourceUnavailableError,
} from "@repo/object-store";
import { QueryTypes } from "sequelize";
import { userAvatarMigrations, userAvatars } from "@repo/user-avatars";
import { createDatabase, databaseMigrations, Migrator, User } from "@repo/database";
import { objectStoreMigrations } from "@repo/object-store/migrations";
import { sizedMedia } from "@repo/sample-media";
import sharp from "sharp";

import { coverImages } from "./examples/cover-images.js";
import { fillGallery } from "./examples/fill-gallery.js";
import { addPicture, galleryPage, largePicture } from "./examples/gallery.js";
import { galleryStore } from "./examples/gallery-store.js";
import { beginUpload, finishUpload, sendToS3 } from "./examples/direct-upload.js";
import { createEpisodeCovers, removeCover, signUpWithPicture } from "./examples/episode-covers.js";
import { answerTo } from "./examples/http-status.js";
import { mediaServer } from "./examples/media-server.js";
import { migrate } from "./examples/migrate.js";
import { type App, openApp } from "./examples/open-app.js";
import { restOfUpload, sendFile } from "./examples/send-from-browser.js";
import { addTranscript, newestEpisodes, publish } from "./examples/podcasts.js";
import { addPhoto, albumPage, describePhoto, indexPhotoMetadata } from "./examples/photo-album.js";
import { addPhotos, photoStore } from "./examples/private-photos.js";
import { addToGallery, scannedGallery } from "./examples/scanned-gallery.js";
import { changePicture, signUp } from "./examples/sign-up.js";
import { startServers } from "./examples/servers.js";
import { stripPhotos } from "./examples/strip-photos.js";
import { addWithinQuota, type Plan, quotaStore } from "./examples/gallery-quota.js";
import { keepIndexed, tellingStore } from "./examples/search-index.js";
import { sweeper } from "./examples/sweep.js";
import { testExpiry } from "./examples/test-expiry.js";
import { testDirectUpload } from "./examples/test-direct-upload.js";
import { testAccountDeletion, testPublishing } from "./examples/test-without-servers.js";
import {
  shareAlbum,
  sharedPage,
  sharingOf,
  sharingStore,
  stopSharing,
} from "./examples/sharing.js";
import { emptyTrash, takeBack, throwAway, trashPage } from "./examples/trash.js";
import { toneOf } from "./support/tone.js";

const ROOT = new URL("../../../", import.meta.url);
const EXAMPLES = new URL("examples/", import.meta.url);

const DOCUMENTS = [
  "README.md",
  "docs/guide.md",
  "docs/direct-uploads.md",
  "docs/existing-application.md",
  "docs/privacy.md",
  "docs/variants.md",
  "packages/object-store/README.md",
  "packages/direct-upload-client/README.md",
];

describe.each(DOCUMENTS)("%s", (path) => {
  it("shows nothing but code that is run here", async () => {
    const text = await readFile(new URL(path, ROOT), "utf8");
    const blocks = [...text.matchAll(/^```[jt]s\n([^]*?)^```$/gm)].map(([, code]) => code);
    const names = (await readdir(EXAMPLES, { recursive: true })).filter((name) =>
      /\.[jt]s$/.test(name),
    );
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
      migrations: [
        ...databaseMigrations,
        ...objectStoreMigrations(),
        ...userAvatarMigrations,
        createEpisodeCovers,
        indexPhotoMetadata,
      ],
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

  it("show a gallery of thumbnails, make the large picture once, and fill in the rest", async () => {
    const store = galleryStore(app.database, app.s3);
    const owner = await signUp("gallery@example.com");
    const { images } = app.store.forUser(owner);
    const { file } = await images.upload({ body: png });
    const id = await addPicture(store, owner, png);
    const { pictures } = await galleryPage(store, owner, null);
    expect(pictures.map((picture) => picture.id)).toEqual([id, file.id]);
    const types = await Promise.all(
      pictures.map(async ({ url }) => (await fetch(url)).headers.get("content-type")),
    );
    expect(types).toEqual(["image/webp", "image/png"]);
    const large = await largePicture(store, owner, id);
    expect(large).toMatchObject({ width: 32, height: 24 });
    expect((await fetch(large.url)).headers.get("content-type")).toBe("image/avif");
    await fillGallery(app.database, app.s3, new AbortController().signal);
    const filled = await galleryPage(store, owner, null);
    expect(filled.pictures.every(({ placeholder }) => placeholder !== null)).toBe(true);
    await store.close();
  });

  it("keep, remove and strip what photos say of people", async () => {
    const store = photoStore(app.database, app.s3);
    const owner = await signUp("photos@example.com");
    const gps = { GPSLatitudeRef: "N", GPSLatitude: "52/1 31/1 12/1" };
    const exif = { IFD0: { Copyright: "Ada" }, IFD3: gps };
    const photo = await sharp(png).jpeg().withExif(exif).toBuffer();
    const { shared, portrait, original } = await addPhotos(store, owner, photo);
    expect(shared).toMatchObject({ privacy: "location", removed: ["gps"] });
    expect(portrait).toMatchObject({ privacy: "all", removed: ["exif", "gps"] });
    expect(original).toMatchObject({ privacy: "keep", removed: [], byteSize: photo.length });
    const report = await stripPhotos(app.database, app.s3, new AbortController().signal);
    expect(report).toMatchObject({ failed: 0, failures: [], cursor: null });
    expect(await store.forUser(owner).images.get(original.id)).toMatchObject({
      removed: portrait.removed,
      sha256: portrait.sha256,
    });
    await store.close();
  });

  const hasScanner = spawnSync("clamscan", ["--version"]).status === 0;
  if (!hasScanner) process.stdout.write("There is no clamscan: its test is skipped.\n");
  (hasScanner ? it : it.skip)("scan a gallery for what ClamAV knows", async () => {
    const pattern = "what this scanner is to find";
    const signatures = join(folder, "signatures.ndb");
    await writeFile(signatures, `TestPattern:0:*:${Buffer.from(pattern).toString("hex")}\n`);
    const owner = await signUp("scanned@example.com");
    const scan = (...options: string[]) =>
      scannedGallery(app, "clamscan", ["--no-summary", ...options]);
    const store = scan(`--database=${signatures}`);
    const photo = sharp(png).resize(320, 240).jpeg();
    const infected = await photo
      .clone()
      .withExif({ IFD0: { Copyright: pattern } })
      .toBuffer();
    await expect(addToGallery(store, owner, infected)).rejects.toMatchObject({
      ...{ code: "file_refused", applicationCode: "infected" },
    });
    await expect(addToGallery(store, owner, png)).rejects.toMatchObject({
      code: "unsupported_media_type",
    });
    const small = await photo.clone().resize(100).toBuffer();
    await expect(addToGallery(store, owner, small)).rejects.toMatchObject({ rule: "minWidth" });
    const good = await photo.toBuffer();
    const broken = scan("--database=/nowhere");
    await expect(addToGallery(broken, owner, good)).rejects.toMatchObject({ code: "gate_failed" });
    expect(await store.forUser(owner).count()).toBe(0);
    const { url } = await addToGallery(store, owner, good);
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(good)).toBe(true);
    await Promise.all([store.close(), broken.close()]);
  });

  it("change a picture in a transaction", async () => {
    await changePicture(app, userId, png);
    const { url } = await changePicture(app, userId, png);
    expect((await fetch(url)).status).toBe(200);
    expect(await userAvatars(app).get(userId)).toMatchObject({ width: 32, height: 24 });
  });

  it("sign a user up with a picture in one transaction, or not at all", async () => {
    const signedUp = await signUpWithPicture(app, "grace@example.com", png);
    expect(await userAvatars(app).get(signedUp)).toMatchObject({ width: 32, height: 24 });
    const refused = signUpWithPicture(app, "eve@example.com", Buffer.from("no picture"));
    await expect(refused).rejects.toMatchObject({ code: "unsupported_media_type" });
    expect(await User.count({ where: { email: "eve@example.com" } })).toBe(0);
  });

  it("remove a cover with its last row", async () => {
    const { images } = app.store.forUser(userId);
    const { id } = (await images.upload({ body: png })).file;
    const [first, second] = [randomUUID(), randomUUID()];
    await app.database.query("INSERT INTO episode_covers VALUES ($1, $3), ($2, $3)", {
      bind: [first, second, id],
    });
    await removeCover(app, userId, first);
    expect(await images.exists(id)).toBe(true);
    await removeCover(app, userId, second);
    expect(await images.exists(id)).toBe(false);
  });

  it("publish an episode once, list it and give it a transcript", async () => {
    const episode = { title: "One", recording: toneOf(1), requestId: "one" };
    const { id, seconds } = await publish(app.store, userId, episode);
    expect(seconds).toBeCloseTo(1);
    expect((await publish(app.store, userId, episode)).id).toBe(id);
    await addTranscript(app.store, userId, id);
    const { episodes, nextCursor } = await newestEpisodes(app.store, userId);
    expect(episodes).toEqual([
      expect.objectContaining({
        ...{ id, title: "One" },
        transcript: "Welcome to the first episode.",
      }),
    ]);
    expect(nextCursor).toBeNull();
  });

  it("describe and rename a photo, and show those of its album", async () => {
    const owner = await signUp("albums@example.com");
    const id = await addPhoto(app.store, owner, { body: png, title: "IMG_1", album: "Rome" });
    await addPhoto(app.store, owner, { body: png, title: "IMG_2", album: "Oslo" });
    const response = await fetch((await describePhoto(app.store, owner, id)).url);
    expect(response.headers.get("content-disposition")).toBe('attachment; filename="rome.png"');
    expect(await albumPage(app.store, owner, "Rome")).toEqual([
      { title: "Rome", altText: "The Forum at dawn", url: expect.stringContaining(id) },
    ]);
  });

  it("keep each user's gallery within the quota of its plan", async () => {
    const id = await signUp("plans@example.com");
    const plans = new Map<string, Plan>([[id, "free"]]);
    const planOf = (of: string) => Promise.resolve(plans.get(of) ?? "free");
    const store = quotaStore(app.database, app.s3, planOf);
    expect(await addWithinQuota(store, id, png)).toMatchObject({
      ...{ used: png.byteLength, limit: 500_000_000 },
    });
    plans.set(id, "paid");
    expect((await addWithinQuota(store, id, png)).limit).toBe(50_000_000_000);
  });

  it("keep a search index by events", async () => {
    const owner = await signUp("search@example.com");
    const store = tellingStore(app.database, app.s3);
    const titles = new Map<string, string>();
    const listener = keepIndexed(store, {
      put: (id, title) => Promise.resolve(void titles.set(id, title)),
      remove: (id) => Promise.resolve(void titles.delete(id)),
    });
    const quiet = async (): Promise<void> => {
      const waiting = "SELECT id FROM media_events LIMIT 1";
      const select = { type: QueryTypes.SELECT } as const;
      while ((await app.database.query(waiting, select)).length > 0) await sleep(20);
    };
    const { images } = store.forUser(owner);
    const { id } = (await images.upload({ body: png, title: "one" })).file;
    await quiet();
    expect(titles.get(id)).toBe("one");
    await images.update(id, { title: "two" });
    await quiet();
    expect(titles.get(id)).toBe("two");
    await images.delete(id);
    await quiet();
    expect(titles.has(id)).toBe(false);
    await listener.stop();
    await store.close();
  });

  it("throw photos away, show them, take one back and delete the rest", async () => {
    const owner = await signUp("trash@example.com");
    const ids: string[] = [];
    for (const title of ["one", "two"]) {
      ids.push(await addPhoto(app.store, owner, { body: png, title, album: "Rome" }));
    }
    const [first = "", second = ""] = ids;
    const results = await throwAway(app.store, owner, ids);
    expect(results.every(({ deleted }) => deleted)).toBe(true);
    const { files, nextCursor } = await trashPage(app.store, owner);
    expect(files).toEqual([
      { id: second, title: "two", until: expect.any(Date) },
      { id: first, title: "one", until: expect.any(Date) },
    ]);
    expect(nextCursor).toBeNull();
    expect((await takeBack(app.store, owner, first)).id).toBe(first);
    await emptyTrash(app.store, owner);
    expect((await trashPage(app.store, owner)).files).toEqual([]);
    expect(await app.store.forUser(owner).images.count()).toBe(1);
  });

  it("share an album with a friend, and stop it", async () => {
    const [owner, friend] = [await signUp("shares@example.com"), await signUp("reads@example.com")];
    const store = sharingStore(app.database, app.s3);
    const add = (title: string, album: string) =>
      addPhoto(store, owner, { body: png, title, album });
    await add("home", "Home");
    const [first, second] = [await add("one", "Rome"), await add("two", "Rome")];
    const until = new Date(Date.now() + 86_400_000);
    await shareAlbum(store, owner, "Rome", friend, until);
    const { photos, nextCursor } = await sharedPage(store, friend);
    expect(photos).toEqual([
      { id: second, title: "two", url: expect.stringContaining("http") },
      { id: first, title: "one", url: expect.stringContaining("http") },
    ]);
    expect(nextCursor).toBeNull();
    expect(await sharingOf(store, owner, first)).toEqual([{ reader: friend, until }]);
    await stopSharing(store, owner, first, friend);
    expect((await sharedPage(store, friend)).photos.map(({ id }) => id)).toEqual([second]);
  });

  it("take uploads and give downloads over HTTP, and answer refusals", async () => {
    await serving(
      mediaServer(() => app.store.forUser(userId)),
      async (origin) => {
        const upload = await fetch(origin, { method: "POST", body: Uint8Array.from(png) });
        expect(upload.status).toBe(201);
        const { id } = (await upload.json()) as { id: string };
        const download = await fetch(`${origin}/${id}`);
        expect(download.headers.get("content-type")).toBe("image/png");
        expect(Buffer.from(await download.arrayBuffer()).equals(png)).toBe(true);
        expect((await fetch(`${origin}/none`)).status).toBe(404);
        const text = await fetch(origin, { method: "POST", body: "text" });
        expect(text.status).toBe(415);
      },
    );
  });

  it("answer an authentication that throws or rejects with 500, nobody with 401, and live on", async () => {
    const server = mediaServer((authorization) => {
      if (authorization === "throw") throw new Error("mine");
      if (authorization === "reject") return Promise.reject(new Error("mine"));
      if (authorization === "ada") return Promise.resolve(app.store.forUser(userId));
      return undefined;
    });
    await serving(server, async (origin) => {
      const store = (authorization: string) =>
        fetch(origin, {
          method: "POST",
          headers: { authorization },
          body: Uint8Array.from(png),
        });
      for (const fault of ["throw", "reject"]) {
        const answer = await store(fault);
        expect(answer.status).toBe(500);
        expect(await answer.text()).not.toContain("mine");
      }
      const nobody = await store("eve");
      expect(nobody.status).toBe(401);
      expect(nobody.headers.get("www-authenticate")).toBe("Bearer");
      expect((await store("ada")).status).toBe(201);
    });
  });

  it.each([
    ["nobody", 401],
    ["ada", 415],
  ])(
    "answer a long body of %s that is not read, and go on with its connection",
    async (who, status) => {
      const server = mediaServer((authorization) =>
        authorization === "ada" ? app.store.forUser(userId) : undefined,
      );
      await serving(server, async (origin) => {
        const agent = new Agent({ keepAlive: true, maxSockets: 1 });
        const headers = { authorization: who };
        const body = Buffer.alloc(17 * 1024 * 1024, "text");
        for (let round = 1; round <= 2; round += 1) {
          const answer = await sent(origin, { agent, headers, method: "POST" }, body);
          expect(answer.statusCode).toBe(status);
          expect(await buffer(answer)).not.toHaveLength(0);
        }
        agent.destroy();
      });
    },
  );

  it("survive a client that hangs up during an upload", async () => {
    const server = mediaServer(() => app.store.forUser(userId));
    await serving(server, async (origin) => {
      const headers = { "content-length": png.byteLength };
      const upload = request(origin, { headers, method: "POST" });
      upload.on("error", () => undefined).write(png.subarray(0, 40));
      const [, response] = (await once(server, "request")) as [IncomingMessage, ServerResponse];
      upload.destroy();
      await once(response, "close");
      expect((await fetch(`${origin}/none`)).status).toBe(404);
    });
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

  it("send a file that goes on where it was stopped", async () => {
    const scope = app.store.forUser(userId);
    const bytes = Uint8Array.from(await buffer(sizedMedia("png", 17 * 1024 * 1024)));
    const file = new File([bytes], "photo.png", { type: "image/png" });
    const direct = await beginUpload(scope, file);
    const askRest = () => restOfUpload(scope, direct.id);
    const shown: number[] = [];
    const stop = new AbortController();
    const first = await sendFile(file, direct, {
      askRest,
      show: (percent) => {
        if (percent > 0) stop.abort();
      },
      signal: stop.signal,
    });
    expect(first).toBe(false);
    const page = {
      askRest,
      show: (percent: number) => shown.push(percent),
      signal: AbortSignal.timeout(60_000),
    };
    expect(await sendFile(file, await askRest(), page)).toBe(true);
    expect(shown[0]).toBeGreaterThan(0);
    expect(shown.at(-1)).toBe(100);
    expect(await askRest()).toBeNull();
    const { id } = await finishUpload(scope, direct.id);
    expect(await scope.images.get(id)).toMatchObject({ byteSize: bytes.byteLength });
  });

  it("survive a client that hangs up during a download", async () => {
    await serving(
      mediaServer(() => app.store.forUser(userId)),
      async (origin) => {
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
      },
    );
  });

  it.each<[ObjectStoreErrorCode, number]>([
    ["access_denied", 403],
    ["checksum_mismatch", 400],
    ["direct_upload_expired", 410],
    ["direct_upload_incomplete", 409],
    ["direct_upload_not_found", 404],
    ["owner_not_found", 409],
    ["source_failed", 400],
    ["upload_expired", 408],
    ["upload_in_progress", 409],
    ["storage_error", 500],
  ])("answer %s with %i", (code, status) => {
    const error = new DirectUploadRefusedError(code, "No.");
    expect(answerTo(error)).toEqual({ status, body: { code, message: "No." } });
  });

  it("answer with 503 what passes by itself", () => {
    const error = new ResourceUnavailableError("memory", { retryable: true });
    expect(answerTo(error)).toMatchObject({ status: 503, body: { code: "resource_unavailable" } });
  });

  it("tell nothing of errors that are not the store's", () => {
    expect(answerTo(new TypeError("mine"))).toMatchObject({ status: 500 });
    expect(JSON.stringify(answerTo(new TypeError("mine")))).not.toContain("mine");
  });

  it("sweep", async () => {
    expect(await sweeper(app)()).toBe("0 files removed, 0 left for the next sweep");
  });

  it("test a feature without servers", async () => {
    await expect(testPublishing(toneOf(0.5))).resolves.toBeUndefined();
    await expect(testAccountDeletion(toneOf(0.5))).resolves.toBeUndefined();
    const picture = new File([Uint8Array.from(png)], "picture.png", { type: "image/png" });
    await expect(testDirectUpload(picture)).resolves.toBeUndefined();
    await expect(testExpiry(picture)).resolves.toBeUndefined();
  });
});

async function serving(server: Server, use: (origin: string) => Promise<void>): Promise<void> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

/** The answer to a body, whenever it comes. */
async function sent(
  origin: string,
  options: RequestOptions,
  body: Uint8Array,
): Promise<IncomingMessage> {
  const sending = request(origin, options);
  sending.end(body);
  const [answer] = (await once(sending, "response")) as [IncomingMessage];
  return answer;
}
