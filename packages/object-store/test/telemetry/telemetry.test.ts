import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { S3Provider } from "@repo/s3-provider";

import type { ObjectStoreLogger } from "../../src/index.js";
import { injectFaults } from "../../src/testing.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";
import { services } from "../support/services.js";
import { type Recording, startRecording } from "./recording.js";
import { expireUnfinished } from "../support/unfinished.js";

const FILENAME = "a-private-name.png";
const METRICS = [
  "object_store.operation.duration",
  "object_store.upload.stage.duration",
  "object_store.upload.size",
  "object_store.upload.rejections",
  "object_store.sweep.files",
];

let recording: Recording;
let harness: Harness;
let userId: string;
let png: Uint8Array;
let signedUrl: string;
const logged: unknown[][] = [];
const log = (...line: unknown[]): void => {
  logged.push(line);
};
const logger = { warn: log, debug: log };

beforeAll(async () => {
  recording = startRecording();
  harness = await openHarness({ logger });
  const { database, s3 } = harness;
  userId = await harness.addUser();
  png = (await sampleOf("png")).bytes;
  const { images } = harness.store.forUser(userId);
  const { file, url } = await images.upload({ body: png, filename: FILENAME });
  signedUrl = url;
  await images.list();
  await expect(images.upload({ body: Buffer.from("no image") })).rejects.toThrow();
  await expect(images.get("00000000-0000-7000-8000-000000000000")).rejects.toThrow();
  await harness.store.forApplication().images.getMany([file.id]);

  const { storage, faults } = injectFaults(s3);
  faults.add({ match: "delete", fault: { type: "error" } });
  const failing = harness.storeWith({ s3: storage }).forUser(userId);
  await expect(failing.images.delete(file.id)).rejects.toThrow();
  await expireUnfinished(database);
  await harness.maintenanceWith({ s3, logger }).sweep();
});

afterAll(async () => {
  await harness.close();
  await recording.close();
});

describe("an application that registers an OpenTelemetry SDK", () => {
  it("sees which reads were the application's, of any owner", () => {
    const reads = recording.spans().filter(({ name }) => name === "object_store.get_many");
    expect(reads.map(({ attributes }) => attributes)).toEqual([
      {
        "object_store.operation.name": "get_many",
        "object_store.media.kind": "image",
        "object_store.scope": "application",
      },
    ]);
  });

  it("sees the span of an upload with its stages below it", () => {
    const spans = recording.spans();
    const upload = spans.find(
      ({ name, attributes }) => name === "object_store.upload" && !("error.type" in attributes),
    );
    expect(upload?.attributes).toEqual({
      "object_store.operation.name": "upload",
      "object_store.media.kind": "image",
      "object_store.scope": "user",
      "object_store.file.id": expect.any(String),
      "object_store.file.content_type": "image/png",
      "object_store.file.size": png.byteLength,
    });
    const stages = spans.filter(
      ({ parentSpanContext }) => parentSpanContext?.spanId === upload?.spanContext().spanId,
    );
    expect(stages.map(({ name }) => name)).toEqual(
      ["detect", "intent", "transfer", "complete"].map((stage) => `object_store.upload.${stage}`),
    );
  });

  it("sees failures by their code, without a message", () => {
    const failed = recording.spans().filter(({ attributes }) => "error.type" in attributes);
    expect(failed.map(({ name, attributes }) => [name, attributes["error.type"]])).toEqual([
      ["object_store.upload.detect", "unsupported_media_type"],
      ["object_store.upload", "unsupported_media_type"],
      ["object_store.get", "file_not_found"],
      ["object_store.delete", "storage_unavailable"],
    ]);
    for (const { events, status } of failed) {
      expect({ events, status }).toEqual({ events: [], status: { code: 2 } });
    }
  });

  it("counts calls, stages, bytes, rejections and sweeps", async () => {
    const operations = await recording.points("object_store.operation.duration");
    expect(operations.map(({ attributes }) => attributes["object_store.operation.name"])).toEqual(
      expect.arrayContaining(["upload", "list", "get", "delete", "sweep"]),
    );
    expect(await recording.points("object_store.upload.stage.duration")).toHaveLength(5);
    expect(await recording.points("object_store.upload.size")).toEqual([
      expect.objectContaining({ value: expect.objectContaining({ sum: png.byteLength }) }),
    ]);
    expect(await recording.points("object_store.upload.rejections")).toEqual([
      expect.objectContaining({
        value: 1,
        attributes: {
          "object_store.media.kind": "image",
          "error.type": "unsupported_media_type",
        },
      }),
    ]);
    const swept = await recording.points("object_store.sweep.files");
    const removed = swept.find(
      ({ attributes }) => attributes["object_store.sweep.outcome"] === "removed",
    );
    expect(removed?.value).toBe(1);
  });

  it("counts what the S3 client sends once more", async () => {
    const server = await overloadedOnce();
    const { port } = server.address() as AddressInfo;
    const s3 = new S3Provider({
      bucket: "bucket",
      client: {
        endpoint: `http://127.0.0.1:${port}`,
        region: "us-east-1",
        credentials: { accessKeyId: "id", secretAccessKey: "secret" },
        forcePathStyle: true,
      },
    });
    try {
      await s3.delete("images/system/x.png");
    } finally {
      s3.destroy();
      server.closeAllConnections();
      server.close();
    }
    expect(await recording.points("s3_provider.retries")).toEqual([
      expect.objectContaining({ value: 1, attributes: { "s3_provider.operation": "delete" } }),
    ]);
  });

  it("leaves what became of a call as it is when the logger fails", async () => {
    const failing = {
      warn: () => JSON.parse("no JSON") as undefined,
      debug: () => Promise.reject(new Error("no")) as unknown as undefined,
    };
    const { images } = harness.storeWith({ logger: failing }).forSystem();
    const { file } = await images.upload({ body: (await sampleOf("png")).bytes });
    expect(await images.exists(file.id)).toBe(true);
    await images.delete(file.id);
  });

  it("is told of a call by the method that the logger has by then", async () => {
    const changing: ObjectStoreLogger = { warn: () => undefined };
    const { images } = harness.storeWith({ logger: changing }).forSystem();
    const debug = jest.fn();
    changing.debug = debug;
    await images.count();
    expect(debug).toHaveBeenCalledTimes(1);
  });

  it("hears of every call through the injected logger", () => {
    const shared = { kind: "image", scope: "user", seconds: expect.any(Number) };
    expect(logged).toContainEqual([
      "a call ended",
      { ...shared, operation: "upload", code: undefined },
    ]);
    expect(logged).toContainEqual([
      "a call failed",
      { ...shared, operation: "delete", code: "storage_unavailable" },
    ]);
  });

  it("finds no secret, owner, name, key, URL or signature in any of it", async () => {
    const { accessKeyId, secretAccessKey } = services().s3;
    const url = new URL(signedUrl);
    const secrets = {
      accessKeyId,
      secretAccessKey,
      password: new URL(harness.databaseUrl).password,
      signature: url.searchParams.get("X-Amz-Signature") ?? "",
      key: url.pathname.split("/").slice(2).join("/"),
      host: url.host,
      userId,
      FILENAME,
    };
    const spans = recording
      .spans()
      .map(({ name, attributes, events, status, links }) => [
        name,
        attributes,
        events,
        status,
        links,
      ]);
    const metrics = await Promise.all(METRICS.map((name) => recording.points(name)));
    const told = JSON.stringify({ spans, metrics, logged });
    expect(told).toContain("object_store.upload.transfer");
    for (const [what, secret] of Object.entries(secrets)) {
      expect({ what, isKnown: secret.length > 5 }).toEqual({ what, isKnown: true });
      expect({ what, isTold: told.includes(secret) }).toEqual({ what, isTold: false });
    }
  });
});

/** A server that has no time for the first request. */
async function overloadedOnce(): Promise<Server> {
  let answers = 0;
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      answers += 1;
      response.writeHead(answers === 1 ? 503 : 204).end();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return server;
}
