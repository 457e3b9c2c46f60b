import { describe, expect, it } from "@jest/globals";

import { contentDisposition, downloadName, sanitizedFilename } from "../../src/filename.js";

describe("sanitizedFilename", () => {
  it.each([
    ["cat.jpg", "cat.jpg"],
    ["../../etc/passwd", "passwd"],
    ["C:\\Users\\me\\cat.jpg", "cat.jpg"],
    ["a\u0000b\r\nc.png", "abc.png"],
    ["photo\u202Egnp.exe", "photognp.exe"],
    ["  spaced .mp3 ", "spaced .mp3"],
    ["Cafe\u0301.flac", "Caf\u00E9.flac"],
    ["\uD800lone.wav", "\uFFFDlone.wav"],
  ])("makes %j %j", (given, expected) => {
    expect(sanitizedFilename(given)).toBe(expected);
  });

  it.each([undefined, "", "   ", ".", "..", "a/..", "folder/", "\u0007"])(
    "makes %j null",
    (given) => {
      expect(sanitizedFilename(given)).toBeNull();
    },
  );

  it("cuts to 255 characters, counting an emoji as one, and keeps the extension", () => {
    const name = sanitizedFilename(`${"🎵".repeat(10_000)}.mp3`) ?? "";
    expect(Array.from(name)).toHaveLength(255);
    expect(name.endsWith("🎵.mp3")).toBe(true);
  });
});

describe("downloadName", () => {
  it.each([
    ["cat.jpg", "cat.jpg"],
    ["cat.PNG", "cat.PNG"],
    ["Rome", "Rome.jpg"],
    ["holiday.2024", "holiday.2024.jpg"],
    ["Mr. Smith", "Mr. Smith.jpg"],
    ["Rome.", "Rome..jpg"],
    [null, "id.jpg"],
  ])("of a JPEG named %j is %j", (originalFilename, expected) => {
    const file = { id: "id", originalFilename, contentType: "image/jpeg" };
    expect(downloadName(file)).toBe(expected);
  });

  it("has 255 characters at most, with the extension of the type", () => {
    const originalFilename = "a".repeat(255);
    const name = downloadName({ id: "id", originalFilename, contentType: "audio/mpeg" });
    expect(name).toBe(`${"a".repeat(251)}.mp3`);
  });
});

describe("contentDisposition", () => {
  it("keeps a plain name plain", () => {
    expect(contentDisposition("inline", "cat.jpg")).toBe(`inline; filename="cat.jpg"`);
  });

  it.each([
    [`a"; x=".jpg`, `a__ x=_.jpg`],
    ["a\\b.jpg", "a_b.jpg"],
    ["a;b.jpg", "a_b.jpg"],
    ["a%41.jpg", "a_41.jpg"],
    ["a\u007f\n.jpg", "a__.jpg"],
  ])("keeps what is special in the header out of the plain name of %j", (name, plain) => {
    expect(contentDisposition("inline", name)).toBe(
      `inline; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name)}`,
    );
  });

  it("encodes other names by RFC 8187 and never breaks out of the header", () => {
    const header = contentDisposition("attachment", `ö"\\;%'()*\u{1F3B5}.mp3`);
    expect(header).toBe(
      `attachment; filename="_____'()*_.mp3"; filename*=UTF-8''%C3%B6%22%5C%3B%25%27%28%29%2A%F0%9F%8E%B5.mp3`,
    );
  });
});
