import { afterEach } from "@jest/globals";

import { S3Provider, type S3ConnectionOptions, type S3RequestOptions } from "../../src/index.js";
import { type Reply, ScriptedServer } from "./scripted-server.js";

/** Closes what a test opened, after each test of the file that calls this. */
export function testResources() {
  const closers: (() => void | Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });

  function defer(close: () => void | Promise<void>): void {
    closers.push(close);
  }

  function provider(
    endpoint: string,
    options: Partial<S3ConnectionOptions> = {},
    requests: S3RequestOptions = {},
  ): S3Provider {
    const client = connection(endpoint, options);
    const created = new S3Provider({ bucket: "media", client, requests });
    defer(() => {
      created.destroy();
    });
    return created;
  }

  /** A provider that speaks to a server which gives these replies in turn. */
  async function scripted(
    replies: Reply[],
    options: Partial<S3ConnectionOptions> = {},
    requests: S3RequestOptions = {},
  ): Promise<{ server: ScriptedServer; s3: S3Provider }> {
    const server = await ScriptedServer.start(...replies);
    defer(() => server.close());
    return { server, s3: provider(server.endpoint, options, requests) };
  }

  return { defer, provider, scripted };
}

export function connection(
  endpoint: string,
  options: Partial<S3ConnectionOptions> = {},
): S3ConnectionOptions {
  return {
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "topsecretvalue" },
    forcePathStyle: true,
    ...options,
  };
}

/** The rejection of a promise that has to reject. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("expected a rejection");
}
