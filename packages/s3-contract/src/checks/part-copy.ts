import { UploadPartCopyCommand } from "@aws-sdk/client-s3";
import { expect } from "expect";

import { type CheckGroup, SDK_DIALECTS } from "../check.js";
import { type Subject } from "../subject.js";
import { Upload } from "./multipart-upload.js";

const PART = Buffer.alloc(5 * 1024 * 1024, "0123456789");

async function copyPart(
  { client, bucket }: Subject,
  { target }: Upload,
  PartNumber: number,
  CopySourceRange?: string,
) {
  const CopySource = `${bucket}/source`;
  const { CopyPartResult } = await client.send(
    new UploadPartCopyCommand({ ...target, PartNumber, CopySource, CopySourceRange }),
  );
  return { ETag: CopyPartResult?.ETag, PartNumber };
}

export const partCopy: CheckGroup = {
  name: "UploadPartCopy",
  dialects: SDK_DIALECTS,
  checks: {
    async "copies an object and a range of it"(s3) {
      await s3.put("source", PART);
      const upload = await Upload.create(s3, "copied");
      const parts = [await copyPart(s3, upload, 1), await copyPart(s3, upload, 2, "bytes=5-7")];
      await upload.complete(parts);
      const { body } = await s3.get("copied");
      expect(body.equals(Buffer.concat([PART, Buffer.from("567")]))).toBe(true);
    },

    async "refuses a range beyond its source"(s3) {
      await s3.put("source", "short");
      const upload = await Upload.create(s3, "copied");
      const attempt = copyPart(s3, upload, 1, "bytes=0-99");
      await expect(attempt).rejects.toMatchObject({
        name: expect.stringMatching(/^(?:InvalidArgument|InvalidRange)$/),
      });
    },
  },
};
