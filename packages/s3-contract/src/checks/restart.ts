import { expect } from "expect";

import { type CheckGroup, HTTP_DIALECT } from "../check.js";

import { Upload } from "./multipart-upload.js";

export const restart: CheckGroup = {
  name: "a restart",
  dialects: HTTP_DIALECT,
  checks: {
    async "keeps objects, metadata, keys and multipart uploads"(s3) {
      await s3.put("kept/ü +%", "kept", { "content-type": "image/png", "x-amz-meta-a": "b" });
      const before = await s3.get("kept/ü +%");
      const upload = await Upload.create(s3, "resumed");
      const part = await upload.put(1, Buffer.from("the end"));
      await s3.restart();
      const after = await s3.get("kept/ü +%");
      expect(after).toMatchObject({ status: 200, text: "kept" });
      for (const name of ["etag", "last-modified", "content-type", "x-amz-meta-a"]) {
        expect(after.headers[name]).toBe(before.headers[name]);
      }
      await upload.complete([part]);
      expect(await s3.get("resumed")).toMatchObject({ text: "the end" });
    },
  },
};
