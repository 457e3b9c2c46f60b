import assert from "node:assert/strict";

import { type Check, putBytes } from "./check.js";

/** What presignGet promises. A URL is fetched where it is one of HTTP. */
export const urlChecks: readonly Check[] = [
  {
    title: "a URL says when it stops working, and may be made for an object that is absent",
    async run({ storage, key }) {
      const before = Date.now();
      const { url, expiresAt } = await storage.presignGet(key("absent"), { expiresIn: 60 });
      assert.ok(URL.canParse(url));
      // Signatures count from a whole second.
      assert.ok(expiresAt.getTime() >= before + 59_000);
      assert.ok(expiresAt.getTime() <= Date.now() + 60_000);
    },
  },
  {
    title: "a URL gives the bytes, with the type and disposition that it was made with",
    async run({ storage, key }) {
      await putBytes(storage, key("public"), "bytes");
      const { url } = await storage.presignGet(key("public"), {
        expiresIn: 60,
        responseContentType: "image/png",
        responseContentDisposition: `attachment; filename="a.png"`,
      });
      if (!/^https?:$/.test(new URL(url).protocol)) return;
      const response = await fetch(url);
      assert.equal(await response.text(), "bytes");
      assert.equal(response.headers.get("content-type"), "image/png");
      assert.equal(response.headers.get("content-disposition"), `attachment; filename="a.png"`);
    },
  },
];
