import http from "node:http";

import { describe, expect, it } from "@jest/globals";

import { S3Provider } from "../src/index.js";
import { connection, rejectionOf, testResources } from "./support/resources.js";
import { respondXml } from "./support/scripted-server.js";

const { defer, scripted } = testResources();

const ACCESS_POINT = "arn:aws:s3:us-east-1:111122223333:accesspoint/media";

function refusal(bucket: string, forcePathStyle = false): Promise<unknown> {
  const client = connection("http://s3.test", { forcePathStyle });
  return rejectionOf(Promise.resolve().then(() => new S3Provider({ bucket, client })));
}

describe("a bucket that cannot work", () => {
  it.each([
    ["", /empty/],
    ["media--use1-az4--x-s3", /directory buckets/],
    ["media--use1-az4--xa-s3", /directory buckets/],
    ["arn:aws:s3express:us-east-1:111122223333:bucket/media--use1-az4--x-s3", /access points/],
    ["arn:aws:s3::111122223333:accesspoint/mfzwi23gnjvgw.mrap", /multi-region/],
    ["arn:aws:s3-object-lambda:us-east-1:111122223333:accesspoint/media", /access points/],
    ["media-abcdefgh--ol-s3", /Object Lambda/],
    ["arn:aws:s3-outposts:us-east-1:111122223333:outpost/o/accesspoint/m", /access points/],
    ["arn:aws:s3:::media", /access points/],
  ])("is refused at construction: %s", async (bucket, reason) => {
    const error = await refusal(bucket);

    expect(error).toMatchObject({
      code: "s3_invalid_request",
      operation: "configure",
      outcome: "not_applied",
    });
    expect((error as Error).message).toMatch(reason);
  });

  it("is refused for its addressing by path", async () => {
    const error = await refusal(ACCESS_POINT, true);

    expect((error as Error).message).toMatch(/forcePathStyle/);
  });
});

describe("an access point", () => {
  it("is addressed by host, and named with the object's key as the source of a copy", async () => {
    const { server } = await scripted([
      respondXml('<CopyObjectResult><ETag>"e"</ETag></CopyObjectResult>'),
    ]);
    const { port } = new URL(server.endpoint);
    const agent = new http.Agent({
      lookup: (_name, _options, found) => {
        found(null, [{ address: "127.0.0.1", family: 4 }]);
      },
    });
    const s3 = new S3Provider({
      bucket: ACCESS_POINT,
      client: connection(`http://s3.test:${port}`, {
        forcePathStyle: false,
        agents: { http: agent },
      }),
    });
    defer(() => {
      s3.destroy();
      agent.destroy();
    });

    await s3.copy({ sourceKey: "a b/ü", targetKey: "c d" });

    expect(server.seen).toMatchObject([
      {
        url: "/c%20d?x-id=CopyObject",
        headers: {
          host: `media-111122223333.s3.test:${port}`,
          "x-amz-copy-source": `${encodeURIComponent(ACCESS_POINT)}/object/a%20b/%C3%BC`,
        },
      },
    ]);
  });
});
