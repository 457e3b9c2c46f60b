import {
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  PutBucketCorsCommand,
} from "@aws-sdk/client-s3";
import { expect } from "expect";

import { type CheckGroup, HTTP_DIALECT } from "../check.js";
import { sendRaw } from "../requests/http.js";
import { type Subject } from "../subject.js";

const RULES = [
  {
    AllowedOrigins: ["https://app.example", "https://*.preview.example"],
    AllowedMethods: ["GET", "PUT"],
    AllowedHeaders: ["Content-Type", "x-amz-*"],
    ExposeHeaders: ["ETag"],
    MaxAgeSeconds: 600,
  },
];
const APP = "https://app.example";

function configure({ client, bucket }: Subject) {
  return client.send(
    new PutBucketCorsCommand({ Bucket: bucket, CORSConfiguration: { CORSRules: RULES } }),
  );
}

/** A preflight request, which has no signature. */
function ask(s3: Subject, origin: string, method: string, requested?: string) {
  const headers = {
    origin,
    "access-control-request-method": method,
    ...(requested === undefined ? {} : { "access-control-request-headers": requested }),
  };
  return sendRaw(s3.server, { method: "OPTIONS", path: s3.path("page.html"), headers });
}

export const crossOrigin: CheckGroup = {
  name: "a cross-origin request",
  dialects: HTTP_DIALECT,
  checks: {
    async "is configured per bucket"(s3) {
      const { client, bucket: Bucket } = s3;
      const read = () => client.send(new GetBucketCorsCommand({ Bucket }));
      await expect(read()).rejects.toMatchObject({ name: "NoSuchCORSConfiguration" });
      await configure(s3);
      expect((await read()).CORSRules).toMatchObject([
        { MaxAgeSeconds: 600, ExposeHeaders: ["ETag"] },
      ]);
      await client.send(new DeleteBucketCorsCommand({ Bucket }));
      expect((await ask(s3, APP, "GET")).status).toBe(403);
    },

    async "is allowed in advance, unsigned, by the rule that fits"(s3) {
      await configure(s3);
      const reply = await ask(s3, APP, "PUT", "content-type, x-amz-date");
      expect(reply.status).toBe(200);
      expect(reply.headers).toMatchObject({
        "access-control-allow-origin": APP,
        "access-control-allow-methods": expect.stringContaining("PUT"),
        "access-control-allow-headers": expect.stringContaining("content-type"),
        "access-control-max-age": "600",
      });
      expect((await ask(s3, "https://a.preview.example", "GET")).status).toBe(200);
    },

    async "is refused in advance for another origin, method or header"(s3) {
      await configure(s3);
      for (const [origin, method, requested] of [
        ["https://evil.example", "GET", undefined],
        ["https://app.example.evil.example", "GET", undefined],
        [APP, "DELETE", undefined],
        [APP, "PUT", "x-other"],
      ] as const) {
        const reply = await ask(s3, origin, method, requested);
        expect({ origin, method, status: reply.status }).toEqual({ origin, method, status: 403 });
        expect(reply.headers["access-control-allow-origin"]).toBeUndefined();
      }
    },

    async "shows the page the response when it is allowed"(s3) {
      await configure(s3);
      await s3.put("page.html", "x");
      const allowed = await s3.get("page.html", { origin: APP });
      expect(allowed.headers).toMatchObject({
        "access-control-allow-origin": APP,
        "access-control-expose-headers": expect.stringContaining("ETag"),
      });
      const hidden = await s3.get("page.html", { origin: "https://evil.example" });
      expect(hidden.status).toBe(200);
      expect(hidden.headers["access-control-allow-origin"]).toBeUndefined();
    },
  },
};
