import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Sample, validSamples } from "@repo/sample-media";

import type { MediaScope } from "../../src/index.js";
import { pieces, sha256 } from "../support/bytes.js";
import { expectNothingChanged, refusalOf } from "../support/expect-nothing-stored.js";
import { type Harness, openHarness } from "../support/harness.js";
import { sampleOf, uploadSample } from "../support/samples.js";

const HTML = "<!doctype html><script>alert(document.domain)</script>";
const PAYLOADS = {
  HTML,
  SVG: `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`,
  PDF: "%PDF-1.4\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF",
  ZIP: "PK\x05\x06" + "\0".repeat(18),
  PHP: "<?php system($_GET['c']); ?>",
  "a shell script": "#!/bin/sh\nid\n",
};
const payloads = Object.entries(PAYLOADS);

let harness: Harness;
let mine: MediaScope;
let userId: string;
let smallest: Sample[];

beforeAll(async () => {
  harness = await openHarness();
  userId = await harness.addUser();
  mine = harness.store.forUser(userId);
  const samples = await validSamples();
  const formats = [...new Set(samples.map(({ format }) => format))];
  smallest = formats.flatMap(
    (format) =>
      samples
        .filter((sample) => sample.format === format)
        .sort((a, b) => a.bytes.length - b.bytes.length)[0] ?? [],
  );
});

afterAll(async () => {
  await harness.close();
});

/** The headers that a browser sees. */
async function served(url: string): Promise<{ type: string | null; disposition: string | null }> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  await response.arrayBuffer();
  const { headers } = response;
  return { type: headers.get("content-type"), disposition: headers.get("content-disposition") };
}

describe("a file whose name and declared type are not those of its content", () => {
  it("is stored and served as its content says, and the result tells", async () => {
    const { bytes } = await sampleOf("png");
    const body = new File([new Uint8Array(bytes)], "page.html", { type: "text/html" });
    const { file, url, contradictions } = await mine.images.upload({ body });
    expect(file).toMatchObject({ contentType: "image/png", filename: "page.html" });
    expect(contradictions).toEqual([
      { source: "filename", claimed: "html" },
      { source: "contentType", claimed: "text/html" },
    ]);
    expect(await served(url)).toEqual({
      type: "image/png",
      disposition: `inline; filename="page.html"`,
    });
  });

  it("may declare what it is, or nothing", async () => {
    const { bytes } = await sampleOf("jpeg");
    const input = { body: bytes, filename: "cat.jpeg", contentType: "image/jpg" };
    expect((await mine.images.upload(input)).contradictions).toEqual([]);
    expect((await mine.images.upload({ body: bytes })).contradictions).toEqual([]);
  });
});

describe("a hostile file name", () => {
  it.each([
    ["path parts", "../../../etc/passwd", "passwd"],
    ["a Windows path", "C:\\temp\\..\\evil.png", "evil.png"],
    ["control characters", "a\r\nSet-Cookie: x=1\0.png", "aSet-Cookie: x=1.png"],
    ["a bidirectional override", "photo\u202Egnp.exe", "photognp.exe"],
    ["a lone surrogate", "\uD800.png", "\uFFFD.png"],
    ["quotes", `a"; filename="b.html`, `a"; filename="b.html`],
    ["percent signs", "100%2e%00.png", "100%2e%00.png"],
    ["10,000 characters", `${"é".repeat(10_000)}.png`, `${"é".repeat(251)}.png`],
    ["nothing left", "\u202E/..", null],
  ])("with %s is cleaned, and can break out of neither header nor key", async (_, given, kept) => {
    const { bytes } = await sampleOf("png");
    const { file } = await mine.images.upload({ body: bytes, filename: given });
    expect(file.filename).toBe(kept);

    const rows = await harness.rows();
    const key = rows.find(({ id }) => id === file.id)?.s3_key;
    expect(key).toBe(`images/users/${userId}/${file.id}.png`);

    const { url } = await mine.images.url(file.id, { disposition: "attachment" });
    const { disposition } = await served(url);
    // One quoted string without quotes, backslashes or percent signs inside, then RFC 8187.
    const form =
      /^attachment; filename="[^"\\%;\p{Cc}]*"(?:; filename\*=UTF-8''((?:[\w!#$&+.^`|~-]|%[0-9A-F]{2})+))?$/u;
    expect(disposition).toMatch(form);
    const encoded = form.exec(disposition ?? "")?.[1];
    if (encoded !== undefined) expect(decodeURIComponent(encoded)).toBe(kept);
  });
});

describe("a polyglot", () => {
  it.each(payloads)("with %s behind its media is refused or served as media", async (_, text) => {
    for (const sample of smallest) {
      const bytes = Buffer.concat([sample.bytes, Buffer.from(text, "latin1")]);
      const upload = uploadSample(mine, { ...sample, name: "polyglot.html" }, bytes);
      const result = await upload.catch((error: unknown) => error as { code: string });
      if ("code" in result) {
        expect(result.code).toMatch(/^(invalid_media|unsupported_media_type)$/);
        continue;
      }
      expect(result.file).toMatchObject({ contentType: sample.expect.contentType });
      expect(result.file.sha256).toBe(sha256(bytes));
      const { type } = await served(result.url);
      expect({ format: sample.format, type }).toEqual({
        format: sample.format,
        type: sample.expect.contentType,
      });
      expect(result.contradictions).toEqual([{ source: "filename", claimed: "html" }]);
    }
  });

  it.each(payloads)("with %s before its media is refused", async (_, text) => {
    await expectNothingChanged(harness, async () => {
      for (const sample of smallest) {
        const bytes = Buffer.concat([Buffer.from(text, "latin1"), sample.bytes]);
        for (const body of [bytes, pieces(bytes, 1000)]) {
          const { code } = await refusalOf(() => uploadSample(mine, sample, body));
          expect(code).toBe("unsupported_media_type");
        }
      }
    });
  });

  it("that is a script to a browser and a GIF to us is served as a GIF", async () => {
    const { bytes } = await sampleOf("gif");
    // Behind the last frame, in a comment block: GIF89a, appendix 24.
    const script = Buffer.from("*/=1;alert(document.domain)//", "latin1");
    const comment = Buffer.from([0x21, 0xfe, script.length, ...script, 0]);
    const body = Buffer.concat([bytes.subarray(0, -1), comment, bytes.subarray(-1)]);
    const { url } = await mine.images.upload({ body, filename: "x.js" });
    expect(await served(url)).toMatchObject({ type: "image/gif" });
  });
});
