import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type FormReply, postForm } from "@repo/s3-contract/requests";

import { BUCKET, CREDENTIALS, startTestServer, type TestServer } from "./support/test-server.js";

const SESSION_TOKEN = "FwoGZXIvYXdzE/+=";
const OBJECT = { Bucket: BUCKET, Key: "key" };

describe("a server whose keys are temporary credentials", () => {
  let server: TestServer;
  const clients: S3Client[] = [];
  beforeAll(async () => {
    server = await startTestServer({ sessionToken: SESSION_TOKEN });
  });
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await server.stop();
  });

  function clientWith(sessionToken: string | undefined): S3Client {
    const client = new S3Client({
      endpoint: server.endpoint,
      region: server.region,
      credentials: { ...CREDENTIALS, ...(sessionToken !== undefined && { sessionToken }) },
      forcePathStyle: true,
    });
    clients.push(client);
    return client;
  }

  function postWith(sessionToken: string | undefined): Promise<FormReply> {
    const fields: Record<string, string> =
      sessionToken === undefined ? {} : { "x-amz-security-token": sessionToken };
    return postForm(server, {
      bucket: BUCKET,
      key: "form/key",
      content: "text",
      filename: "name",
      fields,
      conditions: [fields],
    });
  }

  it("serves who sends the token, in a header or in a signed URL", async () => {
    const client = clientWith(SESSION_TOKEN);
    await client.send(new PutObjectCommand({ ...OBJECT, Body: "text" }));
    const url = await getSignedUrl(client, new GetObjectCommand(OBJECT));
    expect(await (await fetch(url)).text()).toBe("text");
  });

  it.each([
    ["another", "other", "InvalidToken"],
    ["none", undefined, "InvalidAccessKeyId"],
  ])("refuses who sends %s", async (_which, token, code) => {
    const client = clientWith(token);
    await expect(client.send(new GetObjectCommand(OBJECT))).rejects.toMatchObject({ name: code });
    const url = await getSignedUrl(client, new GetObjectCommand(OBJECT));
    const answer = await (await fetch(url)).text();
    expect(answer).toContain(`<Code>${code}</Code>`);
    expect(answer).not.toContain("<AWSAccessKeyId>");
    expect(await postWith(token)).toMatchObject({ code });
  });

  it("takes a form that has the token", async () => {
    expect(await postWith(SESSION_TOKEN)).toMatchObject({ status: 204 });
  });
});
