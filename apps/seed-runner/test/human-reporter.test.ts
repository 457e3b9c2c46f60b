import { describe, expect, it } from "@jest/globals";
import { stripVTControlCharacters } from "node:util";

import stringWidth from "string-width";

import type { FileEvent } from "../src/reporting/events.js";
import { HumanReporter } from "../src/reporting/human-reporter.js";
import { audio, image, kept, refused, SUMMARY } from "./fixtures.js";
import { RecordedOutput } from "./recorded-output.js";

const EVENTS: FileEvent[] = [
  kept({ file: image({ pages: 12, orientation: 6 }) }),
  kept({ event: "skipped", path: "song.mp3", owner: "ada@example.com", file: audio() }),
  refused(),
  refused({ event: "failed", path: "x.gif", code: "fetch_failed", message: "It answered 503." }),
];

interface Shown {
  out: string;
  log: string;
}

function show(
  events: readonly FileEvent[],
  options: { terminal?: boolean; colors?: boolean; columns?: number } = {},
): Shown {
  const out = new RecordedOutput(options);
  const log = new RecordedOutput(options);
  const reporter = new HumanReporter(out, log);
  reporter.note("Starting");
  reporter.begin(events.length);
  events.forEach(() => {
    reporter.file();
  });
  reporter.end(SUMMARY, events);
  return { out: out.text, log: log.text };
}

describe("the report for people", () => {
  it("warns of a picture that was cut", () => {
    const { out } = show([kept({ file: image({ complete: false }) })]);
    expect(out).toContain("warning: cut, its end is missing");
  });

  it("is a table and a summary", () => {
    expect(show(EVENTS).out.split("\n")).toEqual([
      "Result    Owner            Path              Type     Size  Details",
      "stored    system           photos/cat.png    PNG    1.2 kB  640 × 480, 12 frames, orientation 6",
      "skipped   ada@example.com  song.mp3          MP3   56.8 kB  1:15, 44.1 kHz, stereo, 128 kb/s",
      "rejected  system           photos/notes.txt                 unsupported_media_type",
      "failed    system           x.gif                            fetch_failed",
      "",
      "rejected photos/notes.txt",
      "  The content is plain text.",
      "failed x.gif",
      "  It answered 503.",
      "",
      "1 stored (1.2 kB), 0 skipped, 1 rejected, 0 failed in 2.5 s",
      "Each was fetched back through its signed URL, with equal SHA-256.",
      "",
    ]);
  });

  it("says when nothing was new", () => {
    const out = new RecordedOutput();
    const summary = { ...SUMMARY, stored: 0, rejected: 0, skipped: 7, bytes: 0 };
    new HumanReporter(out, new RecordedOutput()).end(summary, []);
    expect(out.text).toBe(
      "Nothing new to store: these files were there already.\n" +
        "0 stored (0 B), 7 skipped, 0 rejected, 0 failed in 2.5 s\n" +
        "Each was fetched back through its signed URL, with equal SHA-256.\n",
    );
  });

  it("fits a terminal, also with wide characters", () => {
    const path = `${"相片/".repeat(20)}cat.png`;
    const { out } = show([...EVENTS, kept({ path })], { terminal: true, columns: 70 });
    const widths = out.split("\n").map((line) => stringWidth(line));
    expect(Math.max(...widths)).toBeLessThanOrEqual(70);
    expect(out).toContain("…");
  });

  it("keeps paths readable on a terminal beside long reasons", () => {
    const path = "holiday/2026/beach/sunset.gif";
    const message = "reason ".repeat(30);
    const { out } = show([refused({ path, message })], { terminal: true, columns: 60 });
    expect(out).toContain("…");
    expect(out).toContain(`rejected ${path}\n  ${message}\n`);
  });

  it("cuts nothing in a pipe, nor widens all lines for one long path", () => {
    const path = "a/".repeat(100);
    const lines = show([kept(), kept({ path })]).out.split("\n");
    expect(lines[1]?.length).toBeLessThan(120);
    expect(lines[2]).toContain(path);
    expect(lines[2]).toMatch(/640 × 480$/);
  });

  it("shows names that would steer the terminal as harmless text", () => {
    const { out } = show([kept({ path: "a\u001B]0;x\u0007\n\u202Egpj.exe" })]);
    expect(out).toContain(String.raw`a\u{1b}]0;x\u{7}\u{a}\u{202e}gpj.exe`);
    expect(show([kept({ path: "👩‍👧.png" })]).out).toContain("👩‍👧.png");
    for (const character of ["\u001B", "\u0007", "\u202E"]) expect(out).not.toContain(character);
  });
});

describe("colors and progress", () => {
  it("are absent in a pipe", () => {
    const { out, log } = show(EVENTS);
    expect(log).toBe("Starting\n");
    expect(stripVTControlCharacters(out)).toBe(out);
  });

  it("show on a terminal, the progress beside the report", () => {
    const { out, log } = show(EVENTS, { terminal: true, colors: true, columns: 200 });
    expect(out).toContain("\u001B[32mstored\u001B[39m");
    expect(stripVTControlCharacters(log)).toContain("█".repeat(28) + " 4/4");
    expect(log.endsWith("\r\u001B[2K")).toBe(true);
  });

  it("progress without colors where those are unwanted", () => {
    const { out, log } = show(EVENTS, { terminal: true, columns: 200 });
    expect(out).not.toContain("\u001B");
    expect(log).toContain("2/4");
    expect(log.replaceAll("\r\u001B[2K", "")).not.toContain("\u001B");
  });

  it("leave remarks readable above the bar", () => {
    const log = new RecordedOutput({ terminal: true });
    const reporter = new HumanReporter(new RecordedOutput(), log);
    reporter.begin(2);
    reporter.note("look");
    expect(log.text.split("\r\u001B[2K").at(-2)).toBe("look\n");
    expect(log.text.split("\r\u001B[2K").at(-1)).toContain("0/2");
  });
});
