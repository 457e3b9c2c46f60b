import { createHash } from "node:crypto";

import { afterEach, describe, expect, it, jest } from "@jest/globals";

import { type S3Credentials, type S3CredentialsProvider, S3Provider } from "../src/index.js";
import { connection, testResources } from "./support/resources.js";
import { type Reply, respond, respondError, type SeenRequest } from "./support/scripted-server.js";

const { defer, scripted } = testResources();

afterEach(() => {
  jest.restoreAllMocks();
});

const BODY = Buffer.from("bytes");
const PUT = { key: "k", body: BODY, byteLength: BODY.byteLength, contentType: "image/png" };
const SHA256 = createHash("sha256").update(BODY).digest();
const STORED = respond(200, { etag: '"e"' });
const HOUR_MS = 3_600_000;

const WAYS: readonly [string, (s3: S3Provider) => Promise<unknown>][] = [
  ["the SDK", (s3) => s3.put(PUT)],
  ["the short way", (s3) => s3.put({ ...PUT, sha256: SHA256 })],
];

function keysOf(seen: readonly SeenRequest[]): (string | undefined)[] {
  return seen.map(
    ({ headers }) => /Credential=([^/]*)/.exec(String(headers["authorization"]))?.[1],
  );
}

async function keyOfUrl(s3: S3Provider): Promise<string | undefined> {
  const { url } = await s3.presignGet("k", { expiresIn: 60 });
  return /Credential=([^%]*)/.exec(url)?.[1];
}

/** Gives KEY1, KEY2 …, one at each call. */
function numbered(expiration?: () => Date): jest.Mock<S3CredentialsProvider> {
  let turn = 0;
  return jest.fn<S3CredentialsProvider>(() => {
    turn += 1;
    return Promise.resolve({
      accessKeyId: `KEY${turn}`,
      secretAccessKey: "s",
      ...(expiration && { expiration: expiration() }),
    });
  });
}

function passTime(ms: number): void {
  const before = Date.now();
  jest.spyOn(Date, "now").mockImplementation(() => before + ms);
}

describe("a function that obtains credentials", () => {
  it.each(WAYS)("is told of the client, and so of its region, by %s", async (_name, put) => {
    const credentials = numbered();
    const { s3 } = await scripted([STORED], { credentials, region: "eu-central-1" });

    await put(s3);

    const [{ callerClientConfig } = {}] = credentials.mock.calls[0] ?? [];
    const config = callerClientConfig as { region: () => Promise<string> };
    await expect(config.region()).resolves.toBe("eu-central-1");
  });

  it("is told of the client by presigned requests for another endpoint", async () => {
    const credentials = numbered();
    const s3 = new S3Provider({
      bucket: "media",
      client: connection("http://s3.test", { credentials, region: "eu-central-1" }),
      publicEndpoint: "https://files.test",
    });
    defer(() => {
      s3.destroy();
    });

    await s3.presignGet("k", { expiresIn: 60 });

    const [{ callerClientConfig } = {}] = credentials.mock.calls[0] ?? [];
    const config = callerClientConfig as { region: () => Promise<string> };
    await expect(config.region()).resolves.toBe("eu-central-1");
  });

  it("is called once for requests that need them at once", async () => {
    const credentials = numbered();
    const { s3 } = await scripted([STORED], { credentials });

    await Promise.all([s3.put(PUT), s3.delete("k"), s3.presignGet("k", { expiresIn: 60 })]);

    expect(credentials).toHaveBeenCalledTimes(1);
  });

  it.each(WAYS)(
    "is called again after an hour where they do not expire: %s",
    async (_name, put) => {
      const credentials = numbered();
      const { s3, server } = await scripted([STORED], { credentials });

      await put(s3);
      passTime(HOUR_MS - 60_000);
      await put(s3);
      passTime(60_000);
      await put(s3);

      expect(keysOf(server.seen)).toEqual(["KEY1", "KEY1", "KEY2"]);
      await expect(keyOfUrl(s3)).resolves.toBe("KEY2");
    },
  );

  it.each(WAYS)("is called again 5 minutes before they expire: %s", async (_name, put) => {
    const credentials = numbered(() => new Date(Date.now() + 2 * HOUR_MS));
    const { s3, server } = await scripted([STORED], { credentials });

    await put(s3);
    passTime(2 * HOUR_MS - 360_000);
    await put(s3);
    passTime(60_000);
    await put(s3);

    expect(keysOf(server.seen)).toEqual(["KEY1", "KEY1", "KEY2"]);
  });

  describe.each<[string, Reply]>([
    ["403 AccessDenied", respondError(403, "AccessDenied")],
    ["403 without a document", respond(403)],
    ["400 ExpiredToken", respondError(400, "ExpiredToken")],
  ])("after %s", (_answer, denied) => {
    it.each(WAYS)("is called again, once a minute at most: %s", async (_name, put) => {
      const credentials = numbered();
      const { s3, server } = await scripted([STORED, denied, STORED], { credentials });

      await put(s3);
      await expect(put(s3)).rejects.toMatchObject({ code: "s3_access_denied" });
      await put(s3);
      passTime(60_000);
      await put(s3);

      expect(keysOf(server.seen)).toEqual(["KEY1", "KEY1", "KEY1", "KEY2"]);
      await expect(keyOfUrl(s3)).resolves.toBe("KEY2");
    });
  });

  it("leaves the old ones in use while it fails, for as long as they live", async () => {
    const expiration = new Date(Date.now() + HOUR_MS);
    const obtain = jest
      .fn<S3CredentialsProvider>()
      .mockResolvedValueOnce({ accessKeyId: "OLD", secretAccessKey: "s", expiration })
      .mockRejectedValueOnce(new Error("no vault"))
      .mockResolvedValueOnce({ accessKeyId: "NEW", secretAccessKey: "s" });
    const { s3, server } = await scripted([STORED], { credentials: obtain });

    await s3.put(PUT);
    passTime(HOUR_MS - 240_000);
    await s3.put(PUT);
    await s3.put(PUT);
    expect(obtain).toHaveBeenCalledTimes(2);
    passTime(60_000);
    await s3.put(PUT);

    expect(keysOf(server.seen)).toEqual(["OLD", "OLD", "OLD", "NEW"]);
  });

  it("fails a request once the old ones have expired", async () => {
    const expiration = new Date(Date.now() + HOUR_MS);
    const obtain = jest
      .fn<S3CredentialsProvider>()
      .mockResolvedValueOnce({ accessKeyId: "OLD", secretAccessKey: "s", expiration })
      .mockRejectedValue(new Error("no vault"));
    const { s3 } = await scripted([STORED], { credentials: obtain });

    await s3.put(PUT);
    passTime(HOUR_MS);

    await expect(s3.put(PUT)).rejects.toMatchObject({ code: "s3_access_denied" });
  });

  it("is not called again after another failure", async () => {
    const credentials = numbered();
    const { s3 } = await scripted([respondError(404, "NoSuchBucket"), STORED], { credentials });

    await expect(s3.put(PUT)).rejects.toMatchObject({ code: "s3_bucket_not_found" });
    await s3.put(PUT);

    expect(credentials).toHaveBeenCalledTimes(1);
  });
});

describe("credentials that are changed in place", () => {
  it("sign all that follows", async () => {
    const credentials: S3Credentials = { accessKeyId: "OLD", secretAccessKey: "old" };
    const { s3, server } = await scripted([STORED], { credentials });
    for (const [, put] of WAYS) await put(s3);
    const before = await keyOfUrl(s3);

    Object.assign(credentials, { accessKeyId: "NEW", secretAccessKey: "new" });
    for (const [, put] of WAYS) await put(s3);

    expect(before).toBe("OLD");
    expect(keysOf(server.seen)).toEqual(["OLD", "OLD", "NEW", "NEW"]);
    await expect(keyOfUrl(s3)).resolves.toBe("NEW");
  });

  it.each(["accessKeyId", "secretAccessKey", "sessionToken"] as const)(
    "sign presigned URLs by their new %s",
    async (name) => {
      const credentials = { accessKeyId: "A", secretAccessKey: "old", sessionToken: "old" };
      const { s3 } = await scripted([STORED], { credentials });
      const life = { expiresIn: 60, window: 86_400 };
      const before = await s3.presignGet("k", life);

      credentials[name] = "new";

      expect((await s3.presignGet("k", life)).url).not.toBe(before.url);
    },
  );
});
