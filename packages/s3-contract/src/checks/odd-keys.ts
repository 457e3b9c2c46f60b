import { expect } from "expect";

import { type CheckGroup, HTTP_DIALECT } from "../check.js";
import { type Subject } from "../subject.js";

async function keepsApart(s3: Subject, keys: readonly string[]): Promise<void> {
  await s3.fill(keys);
  for (const key of keys) expect(await s3.get(key)).toMatchObject({ status: 200, text: key });
  const inByteOrder = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(await s3.keys()).toEqual(inByteOrder);
  for (const key of keys) {
    expect(await s3.send({ method: "DELETE", path: s3.path(key) })).toMatchObject({ status: 204 });
  }
  expect(await s3.keys()).toEqual([]);
}

export const oddKeys: CheckGroup = {
  name: "keys",
  dialects: HTTP_DIALECT,
  checks: {
    "with spaces, plus and percent signs, quotes and Unicode are kept apart": (s3) =>
      keepsApart(s3, [
        "a b+c%20~!*'()",
        "a b c~!*'()",
        "ünïcödé 文件 🎵",
        "e\u0301 is not \u00e9",
        "\u00e9 is not e\u0301",
        "CASE",
        "case",
        "tab\tand\nline",
        "<&>\"'",
        "deep/".repeat(180),
      ]),

    async "that look like paths lead nowhere else"(s3) {
      await s3.fill(["secret"]);
      const elsewhere = await s3.send({
        method: "GET",
        path: `/${s3.bucket}-no/../${s3.bucket}/secret`,
      });
      expect(elsewhere).toMatchObject({ status: 404, code: "NoSuchBucket" });
      await s3.send({ method: "DELETE", path: s3.path("secret") });
      await keepsApart(s3, [
        "../../etc/passwd",
        "..",
        ".",
        "/leading",
        "trailing/",
        "a//b",
        "a/../b",
        "a/./b",
      ]);
    },

    async "have up to 1,024 bytes"(s3) {
      const longest = `${"k".repeat(1021)}€`;
      await keepsApart(s3, [longest]);
      const reply = await s3.put(`k${longest}`, "x");
      expect(reply).toMatchObject({ status: 400 });
      expect(await s3.keys()).toEqual([]);
    },
  },
};
