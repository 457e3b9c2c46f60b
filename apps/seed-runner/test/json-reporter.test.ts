import { beforeEach, describe, expect, it } from "@jest/globals";

import { JsonReporter } from "../src/reporting/json-reporter.js";
import { audio, kept, refused, SUMMARY } from "./fixtures.js";
import { RecordedOutput } from "./recorded-output.js";

let out: RecordedOutput;
let log: RecordedOutput;
let reporter: JsonReporter;

beforeEach(() => {
  out = new RecordedOutput();
  log = new RecordedOutput();
  reporter = new JsonReporter(out, log);
});

const line = (): unknown => JSON.parse(out.text);

describe("the JSON reporter", () => {
  it("writes an image as one line with the facts of images only", () => {
    const { url } = kept();
    reporter.file(kept());
    expect(out.text).toMatch(/^[^\n]+\n$/);
    expect(line()).toEqual({
      event: "stored",
      path: "photos/cat.png",
      kind: "image",
      id: "0190f5a0-0000-7000-8000-000000000001",
      contentType: "image/png",
      byteSize: 1234,
      sha256: "ab".repeat(32),
      width: 640,
      height: 480,
      orientation: 1,
      pages: 1,
      complete: true,
      url,
      seconds: 0.25,
    });
  });

  it("writes audio with the facts of audio only", () => {
    const { url } = kept();
    reporter.file(kept({ event: "skipped", path: "song.mp3", file: audio() }));
    expect(line()).toEqual({
      event: "skipped",
      path: "song.mp3",
      kind: "audio",
      id: "0190f5a0-0000-7000-8000-000000000002",
      contentType: "audio/mpeg",
      byteSize: 56_789,
      sha256: "ab".repeat(32),
      durationSeconds: 75.4,
      durationSource: "measured",
      bitrate: 128_000,
      sampleRate: 44_100,
      channels: 2,
      codec: "mp3",
      lossless: false,
      tags: {},
      complete: true,
      url,
      seconds: 0.25,
    });
  });

  it("keeps a path with a line break on one line, unchanged", () => {
    reporter.file(refused({ path: "a\nb\u001B[2J" }));
    expect(out.text.split("\n")).toHaveLength(2);
    expect(line()).toEqual({
      event: "rejected",
      path: "a\nb\u001B[2J",
      code: "unsupported_media_type",
      message: "The content is plain text.",
      seconds: 0.125,
    });
  });

  it("ends with the summary", () => {
    reporter.end(SUMMARY);
    expect(line()).toEqual({ event: "summary", ...SUMMARY });
  });

  it("keeps remarks off standard output", () => {
    reporter.begin(3);
    reporter.note("starting\u001B[31m");
    expect(out.text).toBe("");
    expect(log.text).toBe("3 to import\nstarting\\u{1b}[31m\n");
  });
});
