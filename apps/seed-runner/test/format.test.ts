import { describe, expect, it } from "@jest/globals";

import { formatBytes, formatDuration } from "@repo/command-line/units";
import { formatChannels, formatName } from "../src/reporting/format.js";

describe("formats for people", () => {
  it.each([
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1 kB"],
    [104_857_600, "104.9 MB"],
    [999_999_999_999_999, "1,000,000 GB"],
  ])("%d bytes are %s", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it.each([
    [0.04, "0 s"],
    [59.9, "59.9 s"],
    [59.99, "1:00"],
    [60, "1:00"],
    [185, "3:05"],
    [3599.6, "1:00:00"],
    [3723, "1:02:03"],
  ])("%d seconds are %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it.each([
    [1, "mono"],
    [2, "stereo"],
    [6, "6 channels"],
  ])("%d channels are %s", (channels, text) => {
    expect(formatChannels(channels)).toBe(text);
  });

  it.each([
    ["image/jpeg", "JPEG"],
    ["image/webp", "WebP"],
    ["audio/mpeg", "MP3"],
    ["audio/mp4", "M4A"],
    ["audio/flac", "FLAC"],
  ] as const)("%s is called %s", (contentType, name) => {
    expect(formatName(contentType)).toBe(name);
  });
});
