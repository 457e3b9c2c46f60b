import { GetObjectCommand, S3Client, type S3ClientConfig } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterEach, describe, expect, it } from "@jest/globals";
import fc from "fast-check";

import { GetPresigner } from "../src/get-presigner.js";
import { S3Provider } from "../src/index.js";
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
    ["an IPv6 server", "media", { endpoint: "http://[::1]:9000", forcePathStyle: true }],
    ["temporary credentials", "media", { credentials: { ...CREDENTIALS, sessionToken: "t/+=" } }],
    [
      "the standard checksums of the SDK off",
      "media",
      { responseChecksumValidation: "WHEN_REQUIRED" },
    ],
  ])("equals getSignedUrl byte for byte: %s", async (_name, bucket, config) => {
    const client = clientWith(config);
    const presigner = new GetPresigner(client, bucket);

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

          const { url } = await presigner.presign(
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

  it("signs for the public endpoint", async () => {
    const publicEndpoint = "https://files.test";
    const inner = clientWith({ endpoint: "http://10.0.0.1:9000", forcePathStyle: true });
    const outer = clientWith({ endpoint: publicEndpoint, forcePathStyle: true });

    const { url } = await new GetPresigner(inner, "media", publicEndpoint).presign(
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
    const presigner = new GetPresigner(clientWith({}), "media");

    const { expiresAt } = await presigner.presign("k", { expiresIn: 60 }, SIGNING_DATE);

    expect(expiresAt).toEqual(new Date("2024-03-01T00:00:58.000Z"));
  });

  it("does not promise more than the temporary credentials hold", async () => {
    const expiration = new Date("2024-03-01T00:00:10Z");
    const credentials = { ...CREDENTIALS, sessionToken: "t", expiration };
    const presigner = new GetPresigner(clientWith({ credentials }), "media");

    await expect(presigner.presign("k", { expiresIn: 3_600 }, SIGNING_DATE)).resolves.toMatchObject(
      { expiresAt: expiration },
    );
    await expect(presigner.presign("k", { expiresIn: 5 }, SIGNING_DATE)).resolves.toMatchObject({
      expiresAt: new Date("2024-03-01T00:00:03.000Z"),
    });
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
    const presigner = new GetPresigner(clientWith({}), "media");

    await expect(presigner.presign("k", { expiresIn })).rejects.toMatchObject({
      code: "s3_invalid_request",
      outcome: "not_applied",
    });
  });
});
