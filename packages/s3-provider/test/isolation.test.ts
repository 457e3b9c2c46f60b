import fs from "node:fs/promises";

import { afterAll, describe, expect, it, jest } from "@jest/globals";

import { respond } from "./support/scripted-server.js";

// The SDK takes hold of these two when it is loaded, so it is loaded after them.
const environment = process.env;
const variablesRead = new Set<string>();
process.env = new Proxy(environment, {
  get(target, name: string) {
    variablesRead.add(name);
    return target[name];
  },
  has(target, name: string) {
    variablesRead.add(name);
    return name in target;
  },
});
const readFile = jest.spyOn(fs, "readFile");
const { S3Provider } = await import("../src/index.js");
const { connection, testResources } = await import("./support/resources.js");

afterAll(() => {
  process.env = environment;
  readFile.mockRestore();
});

const { defer, scripted } = testResources();

/** Where the code runs and what the SDK warns of: they decide nothing about a request. */
const ABOUT_THE_HOST = /^(AWS_LAMBDA_.*|AWS_EXECUTION_ENV|_X_AMZN_TRACE_ID|AWS_SDK_JS_.*)$/;

describe("a provider made from options", () => {
  it("consults neither the environment nor the AWS configuration files", async () => {
    const { server, s3 } = await scripted([respond(200, { etag: '"e"' })]);
    const { region, credentials } = connection(server.endpoint);
    const aws = new S3Provider({ bucket: "media", client: { region, credentials } });
    const outer = new S3Provider({
      bucket: "media",
      client: { region, credentials, forcePathStyle: true },
      publicEndpoint: "https://files.test",
    });
    defer(() => {
      aws.destroy();
      outer.destroy();
    });

    await s3.put({ key: "k", body: Buffer.alloc(1), byteLength: 1, contentType: "image/png" });
    await s3.delete("k");
    const onAws = await aws.presignGet("k", { expiresIn: 60 });
    const published = await outer.presignGet("k", { expiresIn: 60 });

    expect(onAws.url).toMatch(/^https:\/\/media\.s3\.us-east-1\.amazonaws\.com\/k\?/);
    expect(published.url).toMatch(/^https:\/\/files\.test\/media\/k\?/);
    const ofAws = [...variablesRead].filter((name) => /AWS|AMZN/.test(name));
    expect(ofAws.filter((name) => !ABOUT_THE_HOST.test(name))).toEqual([]);
    expect(readFile).not.toHaveBeenCalled();
  });
});
