import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";

import type { ObjectStoreProvider } from "@repo/object-store";
import { memoryObjectStore } from "@repo/object-store/testing";
import { type Sample, validSamples } from "@repo/sample-media";
import { expect } from "expect";

import { type Authenticate, UnauthorizedError } from "./authentication.js";
import { MAX_PHOTO_BYTES } from "./limits.js";

/** An application that runs. */
export interface RunningApp {
  /** Such as `http://127.0.0.1:3000`. */
  readonly origin: string;
  /** What it does on SIGTERM. */
  close(): Promise<void>;
}

export type StartApp = (
  store: ObjectStoreProvider,
  authenticate: Authenticate,
) => Promise<RunningApp>;

/** The functions of a test runner such as jest. */
export interface TestRunner {
  readonly it: (name: string, run: () => Promise<void>) => void;
}

interface Photo {
  id: string;
  width: number;
}

interface Shown {
  photo: Photo;
  url: string;
}

const BOUNDARY = "----boundary";

/** Registers one test for each request that an example application has to answer. */
export function registerContract({ it }: TestRunner, start: StartApp): void {
  const withApp = (name: string, work: (client: Client) => Promise<void>): void => {
    it(name, async () => {
      const { store } = memoryObjectStore({ maxBytes: MAX_PHOTO_BYTES, variants: { thumb } });
      const client = new Client(store, await start(store, authenticate));
      try {
        await work(client);
      } finally {
        await client.app.close();
      }
    });
  };

  withApp("stores a photo, lists it, shows it and deletes it", async ({ send }) => {
    const stored = await send("POST", "/photos", { user: ADA, form: photoForm() });
    expect(stored.status).toBe(201);
    const {
      photo: { id, width },
    } = (await stored.json()) as Shown;
    expect(stored.headers.get("location")).toBe(`/photos/${id}`);
    expect(width).toBeGreaterThan(0);

    const list = await send("GET", "/photos", { user: ADA });
    const page = (await list.json()) as { photos: Photo[]; nextCursor: string | null };
    expect(page.photos.map((photo) => photo.id)).toEqual([id]);
    expect(page.nextCursor).toBeNull();

    const shown = await send("GET", `/photos/${id}`, { user: ADA });
    expect(((await shown.json()) as Shown).url).toContain(id);

    const content = await send("GET", `/photos/${id}/content`, { user: ADA });
    expect(content.status).toBe(200);
    expect(content.headers.get("content-type")).toBe(PHOTO.expect.contentType);
    expect(new Uint8Array(await content.arrayBuffer())).toEqual(new Uint8Array(PHOTO.bytes));

    expect((await send("DELETE", `/photos/${id}`, { user: ADA })).status).toBe(204);
    expect((await send("GET", `/photos/${id}`, { user: ADA })).status).toBe(404);
  });

  withApp("goes from page to page", async ({ send }) => {
    for (let count = 0; count < 3; count += 1) {
      await send("POST", "/photos", { user: ADA, form: photoForm() });
    }
    const first = await send("GET", "/photos?limit=2", { user: ADA });
    const { photos, nextCursor } = (await first.json()) as {
      photos: Photo[];
      nextCursor: string;
    };
    expect(photos).toHaveLength(2);
    const second = await send("GET", `/photos?limit=2&cursor=${nextCursor}`, { user: ADA });
    expect(await second.json()).toMatchObject({ photos: [{}], nextCursor: null });
  });

  withApp("shows nobody the photos of another user", async ({ send }) => {
    const stored = await send("POST", "/photos", { user: ADA, form: photoForm() });
    const {
      photo: { id },
    } = (await stored.json()) as Shown;
    for (const [method, path] of [
      ["GET", `/photos/${id}`],
      ["GET", `/photos/${id}/content`],
      ["DELETE", `/photos/${id}`],
    ] as const) {
      const answer = await send(method, path, { user: GRACE });
      expect(answer.status).toBe(404);
      expect(await answer.json()).toMatchObject({ code: "file_not_found" });
    }
  });

  withApp("asks who has no token to sign in, whatever is requested", async ({ send }) => {
    for (const [method, path] of [
      ["POST", "/photos"],
      ["GET", "/photos"],
      ["GET", `/photos/${randomUUID()}`],
    ] as const) {
      const form = method === "POST" ? photoForm() : undefined;
      const answer = await send(method, path, { form });
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toBe("Bearer");
      expect(await answer.json()).toMatchObject({ code: "unauthorized" });
    }
  });

  withApp("answers 500, says no more and goes on when authentication fails", async ({ send }) => {
    const form = photoForm();
    const answer = await send("POST", "/photos", { user: BROKEN, form });
    expect(answer.status).toBe(500);
    expect(await answer.json()).toEqual({ code: "internal", message: "Something went wrong." });
    expect((await send("POST", "/photos", { user: ADA, form: photoForm() })).status).toBe(201);
  });

  withApp("refuses what is no photo with the status of its error", async ({ send }) => {
    const text = new FormData();
    text.set("file", new Blob(["no picture"]), "photo.jpeg");
    const refused = await send("POST", "/photos", { user: ADA, form: text });
    expect(refused.status).toBe(415);
    expect(await refused.json()).toMatchObject({ code: "unsupported_media_type" });

    const empty = new FormData();
    empty.set("title", "no file");
    expect((await send("POST", "/photos", { user: ADA, form: empty })).status).toBe(400);
    expect((await send("POST", "/photos", { user: ADA })).status).toBe(400);
    expect((await send("GET", "/photos?cursor=wrong", { user: ADA })).status).toBe(400);
    expect((await send("GET", "/photos/no-id", { user: ADA })).status).toBe(404);
  });

  withApp("refuses a photo that is too large", async ({ send }) => {
    const form = new FormData();
    form.set("file", new Blob([PHOTO.bytes, new Uint8Array(MAX_PHOTO_BYTES)]), "photo.jpeg");
    const answer = await send("POST", "/photos", { user: ADA, form });
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ code: "file_too_large" });
  });

  withApp("is ready as long as its store is open", async ({ send, store }) => {
    expect((await send("GET", "/ready", {})).status).toBe(200);
    await store.close();
    expect((await send("GET", "/ready", {})).status).toBe(503);
  });

  withApp("lets an upload end before it ends itself", async ({ app, store }) => {
    const upload = startUpload(app.origin);
    await upload.untilUnderWay;
    const closed = app.close();
    upload.finish();
    expect(await upload.status).toBe(201);
    await closed;
    await expect(store.forUser(ADA).images.count()).rejects.toMatchObject({ code: "store_closed" });
  });
}

const thumb = { width: 320, height: 320, format: "webp" } as const;

const ADA = "0190f5a0-0000-7000-8000-00000000000a";
const GRACE = "0190f5a0-0000-7000-8000-00000000000b";
/** Of whom the server cannot say who it is. */
const BROKEN = "broken";

const authenticate: Authenticate = async (authorization) => {
  await Promise.resolve();
  const user = /^Bearer (.+)$/.exec(authorization ?? "")?.[1];
  if (user === BROKEN) throw new Error("no connection to the sessions");
  if (user !== ADA && user !== GRACE) throw new UnauthorizedError();
  return user;
};

const PHOTO = await samplePhoto();

async function samplePhoto(): Promise<Sample> {
  const photo = (await validSamples()).find(({ format }) => format === "jpeg");
  assert.ok(photo);
  return photo;
}

function photoForm(): FormData {
  const form = new FormData();
  form.set("file", new Blob([PHOTO.bytes]), "photo.jpeg");
  return form;
}

class Client {
  constructor(
    readonly store: ObjectStoreProvider,
    readonly app: RunningApp,
  ) {}

  readonly send = (
    method: string,
    path: string,
    { user, form }: { user?: string; form?: FormData | undefined },
  ): Promise<Response> =>
    fetch(new URL(path, this.app.origin), {
      method,
      headers: user === undefined ? {} : { Authorization: `Bearer ${user}` },
      ...(form !== undefined && { body: form }),
    });
}

/** An upload that has sent all but its end. */
function startUpload(origin: string) {
  const head = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.jpeg"\r\n\r\n`;
  const sent = request(new URL("/photos", origin), {
    method: "POST",
    headers: {
      Authorization: `Bearer ${ADA}`,
      "Content-Type": `multipart/form-data; boundary=${BOUNDARY}`,
      Connection: "close",
      Expect: "100-continue",
    },
  });
  const status = once(sent, "response").then(([response]) => {
    return (response as IncomingMessage).resume().statusCode;
  });
  sent.flushHeaders();
  // The server has accepted the request.
  const untilUnderWay = once(sent, "continue").then(() => {
    sent.write(head);
    sent.write(PHOTO.bytes);
  });
  return {
    untilUnderWay,
    status,
    finish: () => sent.end(`\r\n--${BOUNDARY}--\r\n`),
  };
}
