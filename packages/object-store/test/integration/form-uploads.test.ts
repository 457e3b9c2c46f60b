import { EventEmitter, once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import {
  type ClientHttp2Session,
  connect as connectHttp2,
  createServer as createHttp2Server,
  type Http2Server,
  type IncomingHttpHeaders,
  constants,
} from "node:http2";
import { type AddressInfo, connect, type Server } from "node:net";
import { Readable, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";

import multipart from "@fastify/multipart";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import type { Sample, SampleFormat } from "@repo/sample-media";
import busboy from "busboy";
import fastify from "fastify";

import type { FileUploadResult, MediaScope } from "../../src/index.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";
import type { Stored } from "../support/stored.js";

const FORMATS: SampleFormat[] = ["jpeg", "png", "webp", "gif", "mp3", "wav", "flac", "m4a"];
const BOUNDARY = "form-boundary";
const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;
const FILE_HEAD =
  `--${BOUNDARY}\r\n` +
  'Content-Disposition: form-data; name="file"; filename="file"\r\n' +
  "Content-Type: application/octet-stream\r\n\r\n";

let harness: Harness;
let userId: string;
let mine: MediaScope;
let before: Stored;

beforeAll(async () => {
  harness = await openHarness({ sourceTimeoutSeconds: 1, leaseSeconds: 10 });
});

beforeEach(async () => {
  userId = await harness.addUser();
  mine = harness.store.forUser(userId);
  before = await harness.stored();
});

afterAll(async () => {
  await harness.close();
});

/** The test has left no row, no object and no part of one. */
async function expectNothing(): Promise<void> {
  expect(await harness.stored()).toEqual(before);
}

function formOf({ bytes }: Sample): Buffer {
  return Buffer.concat([Buffer.from(FILE_HEAD), bytes, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
}

/** Half of a sample's bytes are let through. */
function halfOf({ bytes }: Sample): number {
  return Math.floor(bytes.byteLength / 2);
}

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

describe("a file that a form parser cuts at its limit", () => {
  it.each(FORMATS)("is too large, and nothing of it is stored: busboy, %s", async (format) => {
    const sample = await sampleOf(format);
    const limits = { fileSize: halfOf(sample) };
    const parser = busboy({ headers: { "content-type": FORM_TYPE }, limits });
    const upload = new Promise((resolve) => {
      parser.once("file", (_field, body) => {
        resolve(uploadSample(mine, sample, body));
      });
    });
    const outcome = expect(upload).rejects.toMatchObject({ code: "file_too_large" });
    await pipeline(Readable.from([formOf(sample)]), parser);
    await outcome;
    await expectNothing();
  });

  it.each([true, false])(
    "is too large with @fastify/multipart and throwFileSizeLimit: %s",
    async (throwFileSizeLimit) => {
      const sample = await sampleOf("wav");
      const app = fastify();
      await app.register(multipart, { throwFileSizeLimit, limits: { fileSize: halfOf(sample) } });
      app.post("/", async (request) => {
        const part = await request.file();
        if (part === undefined) throw new Error("the form has no file");
        const outcome = await outcomeOf(uploadSample(mine, sample, part.file));
        return { code: (outcome as { code?: string }).code };
      });
      try {
        await app.ready();
        const port = await listening(app.server);
        const answer = await fetch(`http://127.0.0.1:${port}`, {
          method: "POST",
          headers: { "Content-Type": FORM_TYPE },
          body: new Uint8Array(formOf(sample)),
        });
        expect(await answer.json()).toEqual({ code: "file_too_large" });
      } finally {
        await app.close();
      }
      await expectNothing();
    },
  );
});

describe("an upload whose client goes away in mid-file", () => {
  /** How it ends where the request is handed to busboy in this way. */
  async function abandoned(feed: (request: IncomingMessage, parser: Writable) => void) {
    const sample = await sampleOf("wav");
    const begun = new EventEmitter();
    const server = createServer((request) => {
      const parser = busboy({ headers: request.headers });
      parser.once("file", (_field, body) => {
        begun.emit("upload", { outcome: outcomeOf(uploadSample(mine, sample, body)) });
      });
      feed(request, parser);
    });
    const uploads = once(begun, "upload") as Promise<[{ outcome: Promise<unknown> }]>;
    const client = connect(await listening(server), "127.0.0.1");
    client.write(
      `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: ${FORM_TYPE}\r\n` +
        `Content-Length: ${formOf(sample).byteLength}\r\n\r\n${FILE_HEAD}`,
    );
    client.write(sample.bytes.subarray(0, halfOf(sample)));
    try {
      const [{ outcome }] = await uploads;
      client.destroy();
      return await outcome;
    } finally {
      server.close();
      await once(server, "close");
    }
  }

  it("fails at once with pipeline, and nothing is stored", async () => {
    const patient = harness.storeWith({ sourceTimeoutSeconds: 3_600 });
    mine = patient.forUser(userId);
    const outcome = await abandoned((request, parser) => {
      pipeline(request, parser).catch(() => undefined);
    });
    expect(outcome).toMatchObject({ code: "source_failed" });
    await expectNothing();
  });

  it("fails after sourceTimeoutSeconds with pipe, and its lease is gone", async () => {
    const outcome = await abandoned((request, parser) => {
      request.on("error", () => undefined).pipe(parser);
    });
    expect(outcome).toMatchObject({ code: "source_failed" });
    await expectNothing();
  });
});

describe("an upload from an HTTP/2 request", () => {
  let server: Http2Server;
  let session: ClientHttp2Session;

  /** Uploads the body of each request, and tells how the first one ends. */
  async function serve(
    sample: Sample,
    { isAnsweredFirst = false } = {},
  ): Promise<{ outcome: Promise<unknown> }> {
    const ended = new EventEmitter();
    server = createHttp2Server((request, response) => {
      if (isAnsweredFirst) response.writeHead(202).end();
      void outcomeOf(uploadSample(mine, sample, request)).then((outcome) => {
        ended.emit("outcome", outcome);
        response.end();
      });
    });
    session = connectHttp2(`http://127.0.0.1:${await listening(server)}`);
    return { outcome: once(ended, "outcome").then(([outcome]: unknown[]) => outcome) };
  }

  afterEach(async () => {
    session.destroy();
    server.close();
    await once(server, "close");
  });

  it("is answered when its body is refused", async () => {
    const { outcome } = await serve(await sampleOf("png"));
    const stream = session.request({ ":method": "POST" });
    stream.end(Buffer.alloc(1_000_000, "text "));
    const [headers] = (await once(stream, "response")) as [IncomingHttpHeaders];
    expect(headers[":status"]).toBe(200);
    expect(await outcome).toMatchObject({ code: "unsupported_media_type" });
  });

  it("fails when its client resets it after it was answered, as it is shorter than announced", async () => {
    const sample = await sampleOf("mp3");
    const { outcome } = await serve(sample, { isAnsweredFirst: true });
    const length = sample.bytes.byteLength;
    const stream = session.request({ ":method": "POST", "content-length": length });
    stream.on("error", () => undefined);
    stream.write(sample.bytes.subarray(0, halfOf(sample)));
    await once(stream, "response");
    stream.close(constants.NGHTTP2_CANCEL);
    expect(await outcome).toMatchObject({ code: "source_failed" });
    await expectNothing();
  });

  it.each(FORMATS)("fails when its client resets it in mid-body: %s", async (format) => {
    const sample = await sampleOf(format);
    const { outcome } = await serve(sample);
    const reset = new AbortController();
    const stream = session.request({ ":method": "POST" }, { signal: reset.signal });
    stream.on("error", () => undefined);
    stream.write(sample.bytes.subarray(0, halfOf(sample)), () => {
      reset.abort();
    });
    expect(await outcome).toMatchObject({ code: "source_failed" });
    await expectNothing();
  });
});

/** The error of an upload that must fail, or its result. */
function outcomeOf(upload: Promise<FileUploadResult>): Promise<unknown> {
  return upload.catch((error: unknown) => error);
}
