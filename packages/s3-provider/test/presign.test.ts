import { GetObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { getSignedUrl, S3RequestPresigner } from "@aws-sdk/s3-request-presigner";
import { afterEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { S3Provider } from "../src/index.js";
import { presignGet } from "../src/presign/presign-get.js";
import { presignPart, presignPut } from "../src/presign/presign-put.js";
import { Presigner } from "../src/presign/presigner.js";
import { connection } from "./support/resources.js";

const SIGNING_DATE = new Date("2024-02-29T23:59:58.700Z");
const CREDENTIALS = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "topsecretvalue" };

const clients: S3Client[] = [];
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy();
});

function clientWith(config: Partial<S3ClientConfig>): S3Client {
  const client = new S3Client({ region: "eu-central-1", credentials: CREDENTIALS, ...config });
  clients.push(client);
  return client;
}

/** Keys of well-formed Unicode, slashes, dots and everything else that needs care in a URL. */
const KEYS = fc.oneof(
  fc
    .string({ unit: "binary", minLength: 1, maxLength: 40 })
    .filter((key) => !/\p{Surrogate}/u.test(key)),
  fc.stringMatching(/^[a-z/.+ %?#&=:;@!$'()*,~"<>[\]\\^`{|}é日😀-]{1,40}$/u),
);
const OVERRIDES = fc.record(
  {
    ResponseContentType: fc.string(),
    ResponseContentDisposition: fc.string(),
    ResponseCacheControl: fc.string(),
  },
  { requiredKeys: [] },
);

const TOKEN = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 60 });
const IDENTITIES = fc.record({
  region: fc.constantFrom("us-east-1", "eu-central-1", "ap-southeast-2"),
  credentials: fc.record(
    { accessKeyId: TOKEN, secretAccessKey: TOKEN, sessionToken: TOKEN },
    { requiredKeys: ["accessKeyId", "secretAccessKey"] },
  ),
});
const CLOCKS = fc.date({
  min: new Date("2000-01-01"),
  max: new Date("2099-12-31"),
  noInvalidDate: true,
});

describe("presignGet", () => {
  it.each<[string, string, Partial<S3ClientConfig>]>([
    ["AWS", "media", {}],
    ["AWS, path style", "media", { forcePathStyle: true }],
    ["AWS, a bucket that fits no host name", "My.Media", {}],
    [
      "another server, path style",
      "media",
      { endpoint: "http://s3.test:9000", forcePathStyle: true },
    ],
    ["another server, by host", "media", { endpoint: "https://s3.test" }],
    [
      "a server below a path",
      "media",
      { endpoint: "https://s3.test/store/", forcePathStyle: true },
    ],
    ["an access point", "arn:aws:s3:eu-central-1:111122223333:accesspoint/media", {}],
    ["an IPv6 server", "media", { endpoint: "http://[::1]:9000", forcePathStyle: true }],
    ["temporary credentials", "media", { credentials: { ...CREDENTIALS, sessionToken: "t/+=" } }],
    [
      "the standard checksums of the SDK off",
      "media",
      { responseChecksumValidation: "WHEN_REQUIRED" },
    ],
  ])("equals getSignedUrl byte for byte: %s", async (_name, bucket, config) => {
    const client = clientWith(config);
    const presigner = new Presigner(client, bucket);

    await fc.assert(
      fc.asyncProperty(
        KEYS,
        OVERRIDES,
        fc.integer({ min: 1, max: 604_800 }),
        async (key, overrides, expiresIn) => {
          const reference = await getSignedUrl(
            client,
            new GetObjectCommand({ Bucket: bucket, Key: key, ...overrides }),
            { expiresIn, signingDate: SIGNING_DATE },
          );

          const { url } = await presignGet(
            presigner,
            key,
            {
              expiresIn,
              responseContentType: overrides.ResponseContentType,
              responseContentDisposition: overrides.ResponseContentDisposition,
              responseCacheControl: overrides.ResponseCacheControl,
            },
            SIGNING_DATE,
          );

          expect(url).toBe(reference);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("equals getSignedUrl byte for byte with any credentials, at any time", async () => {
    await fc.assert(
      fc.asyncProperty(
        KEYS,
        OVERRIDES,
        IDENTITIES,
        CLOCKS,
        async (key, overrides, identity, at) => {
          const client = clientWith({ region: identity.region, credentials: identity.credentials });
          const command = new GetObjectCommand({ Bucket: "media", Key: key, ...overrides });

          const { url } = await presignGet(
            new Presigner(client, "media"),
            key,
            {
              expiresIn: 60,
              responseContentType: overrides.ResponseContentType,
              responseContentDisposition: overrides.ResponseContentDisposition,
              responseCacheControl: overrides.ResponseCacheControl,
            },
            at,
          );

          expect(url).toBe(await getSignedUrl(client, command, { expiresIn: 60, signingDate: at }));
        },
      ),
      { numRuns: 150 },
    );
  });

  it("signs on for the days that follow with one presigner", async () => {
    const client = clientWith({});
    const presigner = new Presigner(client, "media");
    await fc.assert(
      fc.asyncProperty(CLOCKS, async (signingDate) => {
        const { url } = await presignGet(presigner, "k", { expiresIn: 60 }, signingDate);
        const command = new GetObjectCommand({ Bucket: "media", Key: "k" });
        expect(url).toBe(await getSignedUrl(client, command, { expiresIn: 60, signingDate }));
      }),
      { numRuns: 50 },
    );
  });

  it("signs for the public endpoint", async () => {
    const publicEndpoint = "https://files.test";
    const inner = clientWith({ endpoint: "http://10.0.0.1:9000", forcePathStyle: true });
    const outer = clientWith({ endpoint: publicEndpoint, forcePathStyle: true });

    const { url } = await presignGet(
      new Presigner(inner, "media", { publicEndpoint }),
      "a/b",
      { expiresIn: 60 },
      SIGNING_DATE,
    );

    const command = new GetObjectCommand({ Bucket: "media", Key: "a/b" });
    expect(url).toBe(
      await getSignedUrl(outer, command, { expiresIn: 60, signingDate: SIGNING_DATE }),
    );
    expect(url).toMatch(/^https:\/\/files\.test\/media\/a\/b\?/);
  });

  it("tells when the URL expires, counted from the whole second of its signature", async () => {
    const presigner = new Presigner(clientWith({}), "media");

    const { expiresAt } = await presignGet(presigner, "k", { expiresIn: 60 }, SIGNING_DATE);

    expect(expiresAt).toEqual(new Date("2024-03-01T00:00:58.000Z"));
  });

  it("does not promise more than the temporary credentials hold", async () => {
    const expiration = new Date("2024-03-01T00:00:10Z");
    const credentials = { ...CREDENTIALS, sessionToken: "t", expiration };
    const presigner = new Presigner(clientWith({ credentials }), "media");

    await expect(
      presignGet(presigner, "k", { expiresIn: 3_600 }, SIGNING_DATE),
    ).resolves.toMatchObject({ expiresAt: expiration });
    await expect(presignGet(presigner, "k", { expiresIn: 5 }, SIGNING_DATE)).resolves.toMatchObject(
      {
        expiresAt: new Date("2024-03-01T00:00:03.000Z"),
      },
    );
  });

  it("uses renewed credentials", async () => {
    let turn = 0;
    const s3 = new S3Provider({
      bucket: "media",
      client: connection("http://127.0.0.1:1", {
        credentials: () => {
          turn += 1;
          const expiration = new Date(Date.now() + 1_000);
          return Promise.resolve({ ...CREDENTIALS, accessKeyId: `AKID${turn}`, expiration });
        },
      }),
    });

    const urls = [];
    for (let each = 0; each < 2; each += 1) urls.push(await s3.presignGet("k", { expiresIn: 60 }));
    s3.destroy();

    const [first, second] = urls.map(({ url }) => /Credential=(AKID\d+)/.exec(url)?.[1]);
    expect(first).toBeDefined();
    expect(second).not.toBe(first);
  });

  it.each([0, -1, 604_801, 1.5, NaN])("refuses a life of %p seconds", async (expiresIn) => {
    const presigner = new Presigner(clientWith({}), "media");

    await expect(presignGet(presigner, "k", { expiresIn })).rejects.toMatchObject({
      code: "s3_invalid_request",
      outcome: "not_applied",
    });
  });

  describe("with a window", () => {
    const LIVES = fc.record({
      expiresIn: fc.integer({ min: 1, max: 604_800 }),
      window: fc.integer({ min: 1, max: 86_400 }),
    });

    it("gives one URL for a key while the window lasts, and another in the next", async () => {
      const presigner = new Presigner(clientWith({}), "media");
      await fc.assert(
        fc.asyncProperty(
          LIVES,
          CLOCKS,
          fc.double({ min: 0, max: 1, noNaN: true }),
          async (life, now, share) => {
            const window = Math.min(life.window, 604_800 - life.expiresIn);
            fc.pre(window > 0);
            const length = window * 1_000;
            const start = Math.floor(now.getTime() / length) * length;
            const other = new Date(start + Math.floor(share * (length - 1)));
            const [first, second, next] = [
              await presignGet(presigner, "k", life, now),
              await presignGet(presigner, "k", life, other),
              await presignGet(presigner, "k", life, new Date(start + length)),
            ];
            expect(second).toEqual(first);
            expect(next.url).not.toBe(first.url);
          },
        ),
      );
    });

    it("lives as long as asked and at most a window longer, never more than 7 days", async () => {
      const presigner = new Presigner(clientWith({}), "media");
      await fc.assert(
        fc.asyncProperty(LIVES, CLOCKS, async (life, now) => {
          const { url, expiresAt } = await presignGet(presigner, "k", life, now);
          const seconds = (expiresAt.getTime() - now.getTime()) / 1_000;
          expect(seconds).toBeLessThanOrEqual(life.expiresIn + life.window);
          expect(seconds).toBeLessThanOrEqual(604_800);
          expect(seconds).toBeGreaterThan(life.expiresIn - 1);
          const { searchParams } = new URL(url);
          const signed = searchParams
            .get("X-Amz-Date")
            ?.replace(/^(....)(..)(..T..)(..)(..Z)$/, "$1-$2-$3:$4:$5");
          const lifeMs = Number(searchParams.get("X-Amz-Expires")) * 1_000;
          expect(expiresAt.getTime()).toBe(Date.parse(signed ?? "") + lifeMs);
        }),
      );
    });

    it.each([0, -1, 604_801, 1.5, NaN])("refuses one of %p seconds", async (window) => {
      const presigner = new Presigner(clientWith({}), "media");

      await expect(presignGet(presigner, "k", { expiresIn: 60, window })).rejects.toMatchObject({
        code: "s3_invalid_request",
      });
    });
  });
});

describe("presigned uploads", () => {
  const HEADER = fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 30 });

  it("equal what the SDK's presigner signs, byte for byte", async () => {
    await fc.assert(
      fc.asyncProperty(
        KEYS,
        IDENTITIES,
        CLOCKS,
        fc.record({
          byteLength: fc.nat(),
          contentType: HEADER,
          contentMd5: fc.option(HEADER, { nil: undefined }),
          part: fc.option(fc.record({ partNumber: fc.nat(), uploadId: HEADER }), {
            nil: undefined,
          }),
        }),
        async (key, { region, credentials }, signingDate, { part, ...body }) => {
          const client = clientWith({
            region,
            credentials,
            endpoint: "https://s3.test:9000/store",
            forcePathStyle: true,
          });
          const presigner = new Presigner(client, "media");
          const life = { expiresIn: 300 };

          const { url, headers } =
            part === undefined
              ? await presignPut(presigner, key, { ...body, ...life }, signingDate)
              : await presignPart(
                  presigner,
                  { key, uploadId: part.uploadId },
                  { ...life, byteLength: body.byteLength, partNumber: part.partNumber },
                  signingDate,
                );

          const path = new URL(url).pathname;
          const reference = await new S3RequestPresigner({ ...client.config }).presign(
            {
              method: "PUT",
              protocol: "https:",
              hostname: "s3.test",
              port: 9000,
              path: url.slice("https://s3.test:9000".length, url.indexOf("?")),
              query: part && { partNumber: String(part.partNumber), uploadId: part.uploadId },
              headers: { ...headers },
            },
            { ...life, signingDate, signableHeaders: new Set(Object.keys(headers)) },
          );
          expect(path.startsWith("/store/media/")).toBe(true);
          const query = Object.entries(reference.query ?? {});
          expect(Object.fromEntries(new URL(url).searchParams)).toEqual(Object.fromEntries(query));
          expect(headers["content-length"]).toBe(String(body.byteLength));
        },
      ),
      { numRuns: 150 },
    );
  });
});
