import { createHash } from "node:crypto";

import { describe, expect, it } from "@jest/globals";

import { testResources } from "./support/resources.js";
import { respond } from "./support/scripted-server.js";

const { scripted } = testResources();

const BODY = Buffer.from("bytes");
const UPLOAD = { key: "k", contentType: "image/png", body: BODY, byteLength: BODY.byteLength };

describe("put of bytes", () => {
  it.each([
    ["computed", undefined, createHash("sha256").update(BODY).digest()],
    ["given", Buffer.alloc(32, 7), Buffer.alloc(32, 7)],
  ])("signs the digest that is %s", async (_title, sha256, signed) => {
    const { server, s3 } = await scripted([respond(200, { etag: '"e"' })]);

    await s3.put({ ...UPLOAD, ...(sha256 && { sha256 }) });

    const headers = server.seen[0]?.headers;
    expect(headers).toMatchObject({ "x-amz-content-sha256": signed.toString("hex") });
    expect(headers?.["authorization"]).toMatch(/SignedHeaders=[^,]*x-amz-content-sha256/);
  });
});
