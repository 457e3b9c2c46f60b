import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteBucketLifecycleCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketLocationCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  PutBucketLifecycleConfigurationCommand,
  type S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { sdkClient, send } from "@repo/s3-contract/requests";

import { BUCKET, startTestServer, type TestServer } from "./support/test-server.js";

const REGION = "eu-central-1";

describe("buckets", () => {
  let server: TestServer;
  let client: S3Client;
  beforeAll(async () => {
    server = await startTestServer({ region: REGION });
    client = sdkClient(server);
  });
  afterAll(async () => {
    client.destroy();
    await server.stop();
  });

  const create = (Bucket: string) => client.send(new CreateBucketCommand({ Bucket }));

  it("are created, found, listed by name, and deleted", async () => {
    await create("zebra");
    await create("alpha.beta-1");
    await client.send(new HeadBucketCommand({ Bucket: "zebra" }));
    const { Buckets } = await client.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(["alpha.beta-1", BUCKET, "zebra"]);
    await client.send(new DeleteBucketCommand({ Bucket: "zebra" }));
    await expect(client.send(new HeadBucketCommand({ Bucket: "zebra" }))).rejects.toMatchObject({
      name: "NotFound",
    });
    await expect(client.send(new DeleteBucketCommand({ Bucket: "zebra" }))).rejects.toMatchObject({
      name: "NoSuchBucket",
    });
  });

  it("are not created twice, not even by racers", async () => {
    await expect(create(BUCKET)).rejects.toMatchObject({
      name: "BucketAlreadyOwnedByYou",
      $metadata: { httpStatusCode: 409 },
    });
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => create("raced")));
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it.each([
    "ab",
    "Upper",
    "under_score",
    "-dash",
    "two..dots",
    "192.168.0.1",
    "x".repeat(64),
    "xn--idn",
    "sthree-x",
    "amzn-s3-demo-bucket",
    "point-s3alias",
    "lambda--ol-s3",
    "regions.mrap",
    "zone--use1-az4--x-s3",
    "rows--table-s3",
    "media-111122223333-us-west-2-an",
  ])("cannot be named %s", async (name) => {
    const reply = await send(server, { method: "PUT", path: `/${name}` }, { region: REGION });
    expect(reply).toMatchObject({ status: 400, code: "InvalidBucketName" });
  });

  it("are not deleted with objects in them, and come back empty", async () => {
    const put = { method: "PUT", path: "/full/key", body: "x" };
    await create("full");
    await send(server, put, { region: REGION });
    await expect(client.send(new DeleteBucketCommand({ Bucket: "full" }))).rejects.toMatchObject({
      name: "BucketNotEmpty",
    });
    await send(server, { ...put, method: "DELETE", body: "" }, { region: REGION });
    await client.send(new DeleteBucketCommand({ Bucket: "full" }));
    await create("full");
    const get = { method: "GET", path: "/full/key" };
    expect(await send(server, get, { region: REGION })).toMatchObject({ code: "NoSuchKey" });
  });

  it("have the location of the server and no other", async () => {
    const location = await client.send(new GetBucketLocationCommand({ Bucket: BUCKET }));
    expect(location.LocationConstraint).toBe(REGION);
    await expect(
      client.send(
        new CreateBucketCommand({
          Bucket: "elsewhere",
          CreateBucketConfiguration: { LocationConstraint: "eu-west-1" },
        }),
      ),
    ).rejects.toMatchObject({ name: "IllegalLocationConstraintException" });
  });

  it("keep a lifecycle configuration", async () => {
    const Rules = [
      {
        ID: "stale uploads",
        Status: "Enabled" as const,
        Filter: { Prefix: "tmp/<&>" },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 },
      },
    ];
    const get = () => client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: BUCKET }));
    await expect(get()).rejects.toMatchObject({ name: "NoSuchLifecycleConfiguration" });
    await client.send(
      new PutBucketLifecycleConfigurationCommand({
        Bucket: BUCKET,
        LifecycleConfiguration: { Rules },
      }),
    );
    expect((await get()).Rules).toEqual(Rules);
    await client.send(new DeleteBucketLifecycleCommand({ Bucket: BUCKET }));
    await expect(get()).rejects.toMatchObject({ name: "NoSuchLifecycleConfiguration" });
  });

  it("answer what new buckets have, and only those that exist do", async () => {
    const read = (selector: string, path = `/${BUCKET}`) =>
      send(server, { method: "GET", path, query: `${selector}=` }, { region: REGION });
    expect((await read("encryption")).text).toContain("<SSEAlgorithm>AES256</SSEAlgorithm>");
    expect((await read("requestPayment")).text).toContain("<Payer>BucketOwner</Payer>");
    expect(await read("tagging")).toMatchObject({ status: 404, code: "NoSuchTagSet" });
    expect(await read("object-lock")).toMatchObject({
      status: 404,
      code: "ObjectLockConfigurationNotFoundError",
    });
    for (const selector of ["acl", "encryption", "policy", "tagging", "versioning"]) {
      expect(await read(selector, "/missing")).toMatchObject({ code: "NoSuchBucket" });
    }
  });
});
