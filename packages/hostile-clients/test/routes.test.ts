import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { ImageRead, MediaScope, ObjectStoreProvider } from "@repo/object-store";
import { memoryObjectStore } from "@repo/object-store/testing";
import { sizedMedia } from "@repo/sample-media";
import fastify from "fastify";

import { expressForms } from "../src/routes/express-forms.js";
import { fastifyForms } from "../src/routes/fastify-forms.js";
import { formRoute } from "../src/routes/form-route.js";

const MAX_BYTES = 200_000;
const BOUNDARY = "form-boundary";
const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
/** Milliseconds that a request may take, and after which that is looked at. */
const TIMES = { requestTimeout: 5_000, headersTimeout: 5_000, connectionsCheckingInterval: 100 };

interface Setting {
  scopeOf: () => MediaScope;
  maxBytes: number;
  folder: string;
}

/** Which parsers give a file as it comes. */
const STREAMING = ["busboy", "@fastify/multipart"];

const parsers: Record<string, (setting: Setting) => Promise<Server>> = {
  busboy: ({ scopeOf, maxBytes }) =>
    Promise.resolve(createServer(TIMES, formRoute(scopeOf, maxBytes))),
  "@fastify/multipart": async (setting) => {
    const app = fastify({ ...TIMES, http: TIMES });
    await app.register(fastifyForms, setting);
    await app.ready();
    return app.server;
  },
  multer: (setting) => Promise.resolve(createServer(TIMES, expressForms(setting))),
};

let folder: string;
let png: Buffer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "form-routes-"));
  png = await sized(MAX_BYTES);
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

describe.each(Object.entries(parsers))("the route with %s", (name, serverOf) => {
  const isStreaming = STREAMING.includes(name);
  let store: ObjectStoreProvider;
  let scope: MediaScope;
  let server: Server;
  let origin: string;
  /** Whether the user is known. */
  let isOwner: boolean;
  /** How each upload ended. */
  let outcomes: Promise<unknown>[];

  beforeEach(async () => {
    isOwner = true;
    ({ store } = memoryObjectStore({
      maxBytes: MAX_BYTES,
      sourceTimeoutSeconds: 1,
      isOwner: () => isOwner,
    }));
    scope = store.forUser(randomUUID());
    outcomes = [];
    server = await serverOf({ scopeOf: () => watched(scope), maxBytes: MAX_BYTES, folder });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}/images`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await eventually(async () => (await readdir(folder)).length === 0);
  });

  function watched({ images, audio }: MediaScope): MediaScope {
    const upload: typeof images.upload = (...call) => {
      const outcome = images.upload(...call);
      outcomes.push(outcome.catch((error: unknown) => error));
      return outcome;
    };
    return { ...scope, audio, images: { ...images, upload } };
  }

  async function post(body: FormData | string, headers: Record<string, string> = {}) {
    const response = await fetch(origin, { method: "POST", body, headers });
    return {
      status: response.status,
      ...((await response.json()) as { id?: string; code?: string }),
    };
  }

  async function stored(): Promise<readonly ImageRead[]> {
    return (await scope.images.list()).items;
  }

  it("stores a file that is as large as may be, with its name", async () => {
    const answer = await post(formOf(png, "naïve 日本.png"));
    expect(answer.status).toBe(201);
    expect(await stored()).toEqual([
      expect.objectContaining({
        id: answer.id,
        filename: "naïve 日本.png",
        sha256: createHash("sha256").update(png).digest("hex"),
      }),
    ]);
  });

  it("refuses a file of one byte more", async () => {
    const answer = await post(formOf(await sized(MAX_BYTES + 1)));
    expect(answer).toMatchObject({ status: 413, code: "file_too_large" });
    expect(await stored()).toEqual([]);
  });

  it.each([
    ["a file that is none of its formats", true],
    ["a file of somebody unknown", false],
  ])("answers to a client that reads nothing before it has sent %s", async (_what, isKnown) => {
    isOwner = isKnown;
    const text = Buffer.alloc(20_000_000, "text ");
    const file = isKnown ? text : Buffer.concat([png.subarray(0, 1_000), text]);
    const client = begin(file.byteLength);
    client.pause();
    await promisify<Buffer>(client.write.bind(client))(file);
    client.write(`\r\n--${BOUNDARY}--\r\n`);
    const refusal = isKnown ? "unsupported_media_type" : "owner_not_found";
    expect(await answerOn(client.resume())).toMatch(isStreaming ? refusal : "file_too_large");
    isOwner = true;
    expect((await post(formOf(png))).status).toBe(201);
  });

  it.each([
    ["a form without a file", formBody([field("name", "value")])],
    ["a form without anything", formBody([])],
    ["half a form", formBody([field("name", "value")]).slice(0, 50)],
    ["no form at all", "GARBAGE".repeat(10_000)],
    ["an empty body", ""],
    ["a part with a broken header", `--${BOUNDARY}\r\nno header\r\n\r\n\r\n--${BOUNDARY}--\r\n`],
  ])("answers to %s", async (_what, body) => {
    const answer = await post(body, {
      "Content-Type": FORM_TYPE,
    });
    expect(answer).toMatchObject({ status: 400, code: "invalid_input" });
    expect(outcomes).toEqual([]);
  });

  it("leaves nothing of a client that goes away in mid-file", async () => {
    const client = begin(png.byteLength);
    client.write(png.subarray(0, 100_000));
    await eventually(async () =>
      isStreaming ? outcomes.length === 1 : (await readdir(folder)).length === 1,
    );
    client.destroy();
    await eventually(async () => (await connections(server)) === 0);
    const ended = isStreaming ? [expect.objectContaining({ code: "source_failed" })] : [];
    expect(await Promise.all(outcomes)).toEqual(ended);
    expect(await stored()).toEqual([]);
  });

  it("answers to a client that falls silent in mid-file", async () => {
    const client = begin(png.byteLength);
    client.write(png.subarray(0, 100_000));
    expect(await answerOn(client)).toMatch(isStreaming ? "source_failed" : "408 Request Timeout");
    expect(await stored()).toEqual([]);
  });

  it("answers to a broken form although its client keeps the request open", async () => {
    const client = begin(png.byteLength, "no header");
    // Only busboy itself says so before the form ends.
    expect(await answerOn(client)).toMatch(name === "busboy" ? "invalid_input" : "408");
  });

  /** Begins a request with a file of so many bytes, on a connection of its own. */
  function begin(byteSize: number, ...headers: string[]): Socket {
    const { port } = server.address() as AddressInfo;
    const part = [
      `--${BOUNDARY}`,
      'Content-Disposition: form-data; name="file"; filename="picture.png"',
      ...headers,
      "",
      "",
    ].join("\r\n");
    const byteLength = part.length + byteSize + `\r\n--${BOUNDARY}--\r\n`.length;
    const client = connect(port, "127.0.0.1").on("error", () => undefined);
    client.write(
      `POST /images HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${FORM_TYPE}\r\n` +
        `Content-Length: ${byteLength}\r\n\r\n${part}`,
    );
    return client;
  }
});

describe("docs/form-uploads.md", () => {
  const ROOT = new URL("../../../", import.meta.url);
  const ROUTES = new URL("../src/routes/", import.meta.url);

  it("shows nothing but the routes that are attacked here", async () => {
    const text = await readFile(new URL("docs/form-uploads.md", ROOT), "utf8");
    const blocks = [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code]) => code);
    const names = ["form-route.ts", "fastify-forms.ts", "express-forms.ts"];
    const routes = names.map((name) => readFile(new URL(name, ROUTES), "utf8"));
    expect(blocks).toEqual(await Promise.all(routes));
  });

  it("uses the answers of the guide", async () => {
    const guide = await readFile(new URL("docs/guide.md", ROOT), "utf8");
    const answers = await readFile(new URL("http-status.ts", ROUTES), "utf8");
    expect(guide).toContain(answers);
  });
});

async function sized(byteSize: number): Promise<Buffer> {
  return buffer(Readable.from(sizedMedia("png", byteSize)));
}

function formOf(bytes: Uint8Array, name = "picture.png"): FormData {
  const form = new FormData();
  form.set("before", "a field");
  form.set("file", new File([Uint8Array.from(bytes)], name, { type: "image/png" }));
  form.set("after", "another field");
  return form;
}

function field(name: string, value: string): string {
  return `Content-Disposition: form-data; name="${name}"\r\n\r\n${value}`;
}

function formBody(parts: readonly string[]): string {
  const delimited = parts.map((part) => `--${BOUNDARY}\r\n${part}\r\n`);
  return `${delimited.join("")}--${BOUNDARY}--\r\n`;
}

/** The first answer that comes, and hangs up. */
async function answerOn(client: Socket): Promise<string> {
  const [answer] = (await Promise.race([once(client, "data"), once(client, "close")])) as unknown[];
  client.destroy();
  return String(answer);
}

async function connections(server: Server): Promise<number> {
  return promisify(server.getConnections.bind(server))();
}

async function eventually(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}
