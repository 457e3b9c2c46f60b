import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";

import type { ObjectStoreError, UploadOptions } from "../../src/index.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf } from "../support/samples.js";

/** More than the buffers between a client and a server hold. */
const LONG_TEXT = Buffer.alloc(16 * 1024 * 1024, "text");

let harness: Harness;

beforeAll(async () => {
  harness = await openHarness();
});
afterAll(() => harness.close());

/** A server that answers each upload with the code that it fails with. */
async function serving(options: UploadOptions, use: (url: string) => Promise<void>): Promise<void> {
  const server = createServer((body, response) => {
    harness.store
      .forSystem()
      .images.upload({ body }, options)
      .catch((error: unknown) => {
        response.writeHead(415).end((error as ObjectStoreError).code);
      });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

describe("an HTTP answer that is refused as a body", () => {
  it("is read no further", async () => {
    let sent = 0;
    const remote = createServer((_request, response) => {
      const chunk = Buffer.alloc(1_000_000, "text");
      const send = (): void => {
        if (response.destroyed) return;
        sent += 1;
        response.write(chunk, send);
      };
      send();
    }).listen(0, "127.0.0.1");
    await once(remote, "listening");
    const asked = request(`http://127.0.0.1:${(remote.address() as AddressInfo).port}`).end();
    const [body] = (await once(asked, "response")) as [IncomingMessage];
    const upload = harness.store.forSystem().images.upload({ body });
    await expect(upload).rejects.toMatchObject({ code: "unsupported_media_type" });
    expect(body.destroyed).toBe(true);
    remote.closeAllConnections();
    await new Promise((resolve) => remote.close(resolve));
    expect(sent).toBeLessThan(200);
  });
});

describe("an HTTP request whose body is refused", () => {
  it("stays open for its answer", async () => {
    await serving({}, async (url) => {
      const answer = await fetch(url, { method: "POST", body: "this is text ".repeat(1000) });
      expect([answer.status, await answer.text()]).toEqual([415, "unsupported_media_type"]);
    });
  });

  it("is read to its end, as many clients read no answer before they have sent all", async () => {
    await serving({}, async (url) => {
      const upload = request(url, { method: "POST" });
      const answered = once(upload, "response");
      upload.end(LONG_TEXT);
      await once(upload, "finish");
      const [answer] = (await answered) as [IncomingMessage];
      expect(await text(answer)).toBe("unsupported_media_type");
    });
  });

  it("is read to its end also when the upload failed while it waited for more of it", async () => {
    const { bytes } = await sampleOf("png");
    await serving({ signal: AbortSignal.timeout(300) }, async (url) => {
      const upload = request(url, { method: "POST" });
      upload.write(bytes.subarray(0, 40));
      const [answer] = (await once(upload, "response")) as [IncomingMessage];
      expect(await text(answer)).toBe("upload_aborted");
      upload.end(LONG_TEXT);
      await once(upload, "finish");
    });
  });
});
