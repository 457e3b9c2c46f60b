import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { tempFolder } from "../temp-folder.js";
import { contactSheetInBrowser } from "./contact-sheet.js";
import { eventsOf, linesOf, runHere, runSeed, type SeedResult } from "./run-seed.js";

const FORMATS = [
  "audio/flac",
  "audio/mp4",
  "audio/mpeg",
  "audio/wav",
  "image/gif",
  "image/jpeg",
  "image/png",
  "image/webp",
];

let folder: string;
let dataDir: string;
let report: string;
let remove: () => Promise<void>;
let first: SeedResult;
let second: SeedResult;

beforeAll(async () => {
  ({ path: folder, remove } = await tempFolder());
  dataDir = join(folder, "data");
  report = join(folder, "sheet.html");
  first = await runSeed(["--json", "--data", dataDir]);
  second = await runSeed(["--data", dataDir, "--report", report]);
}, 120_000);

afterAll(() => remove());

describe("the first run", () => {
  it("succeeds and stores at least 24 files in all eight formats", () => {
    expect({ code: first.code, stderr: first.stderr }).toMatchObject({ code: 0 });
    const { files, summary } = eventsOf(first);
    expect(files.length).toBeGreaterThanOrEqual(24);
    expect(new Set(files.map(({ event }) => event))).toEqual(new Set(["stored"]));
    expect([...new Set(files.map(({ contentType }) => contentType))].sort()).toEqual(FORMATS);
    expect(summary).toEqual({
      event: "summary",
      stored: files.length,
      rejected: 0,
      failed: 0,
      skipped: 0,
      bytes: files.reduce((sum, { byteSize }) => sum + Number(byteSize), 0),
      seconds: expect.any(Number),
      peakMemoryBytes: expect.any(Number),
    });
  });

  it("names each sample once and tells facts of its kind", () => {
    const { files } = eventsOf(first);
    expect(new Set(files.map(({ path }) => path)).size).toBe(files.length);
    const shared = [
      "byteSize",
      "complete",
      "contentType",
      "event",
      "id",
      "kind",
      "path",
      "seconds",
    ];
    const own = {
      image: ["height", "orientation", "pages", "width"],
      audio: [
        ...["bitrate", "channels", "codec", "durationSeconds", "durationSource", "lossless"],
        ...["sampleRate", "tags"],
      ],
    };
    for (const line of files) {
      expect(line["path"]).toMatch(/^samples\/[^/]+$/);
      const facts = own[line["kind"] as "image" | "audio"];
      expect(Object.keys(line).sort()).toEqual([...shared, "sha256", "url", ...facts].sort());
    }
  });

  it("stores for users and system-wide", () => {
    const keys = eventsOf(first).files.map(({ url }) => new URL(String(url)).pathname);
    expect(keys.some((key) => key.includes("/system/"))).toBe(true);
    const owners = keys.flatMap((key) => /\/users\/([^/]+)\//.exec(key)?.[1] ?? []);
    expect(new Set(owners).size).toBe(3);
  });

  it("keeps everything but JSON lines off standard output", () => {
    expect(linesOf(first).length).toBeGreaterThan(0);
    expect(first.stderr).toContain("Starting PostgreSQL and S3");
  });
});

describe("the second run", () => {
  it("stores nothing again and says so", () => {
    const count = eventsOf(first).files.length;
    expect({ code: second.code, stderr: second.stderr }).toMatchObject({ code: 0 });
    expect(second.stdout).toContain("Nothing new to store: these files were there already.");
    expect(second.stdout).toContain(`0 stored (0 B), ${count} skipped, 0 rejected, 0 failed`);
    expect(second.stdout.match(/^skipped /gm)).toHaveLength(count);
  });

  it("prints no escape sequence into a pipe", () => {
    expect(second.stdout + second.stderr).not.toContain("\u001B");
  });

  it("writes a contact sheet of all files, images as thumbnails, that asks the network for nothing", async () => {
    const page = await readFile(report, "utf8");
    const { files } = eventsOf(first);
    expect(page.match(/<li\s+class="card"/g)).toHaveLength(files.length);
    expect(page.match(/<img\s+src="data:image\/webp;base64,/g)).toHaveLength(
      files.filter(({ kind }) => kind === "image").length,
    );
    expect(page.match(/<audio\s+controls\s+preload="metadata"\s+src="data:audio\//g)).toHaveLength(
      files.filter(({ kind }) => kind === "audio").length,
    );
    expect(page).not.toMatch(/<script|src="http/);
    for (const { path } of files) expect(page).toContain(String(path));
  });

  it("draws every sound: its waveform where there is a decoder, else its data rate", async () => {
    const page = await readFile(report, "utf8");
    const sounds = eventsOf(first).files.filter(({ kind }) => kind === "audio");
    const m4a = sounds.filter(({ contentType }) => contentType === "audio/mp4");
    const waveforms = page.match(/class="sound-picture waveform"/g);
    expect(waveforms).toHaveLength(sounds.length - m4a.length);
    expect(page.match(/class="sound-picture data-rate"/g)).toHaveLength(m4a.length);
    expect(page).not.toContain("No waveform");
  });
});

describe("the contact sheet in a browser", () => {
  contactSheetInBrowser(() => ({ report, files: eventsOf(first).files }));
});

describe("--reset", () => {
  it("removes the embedded data and nothing else", async () => {
    await writeFile(join(dataDir, "mine.txt"), "mine");
    const result = await runSeed(["--reset", "--data", dataDir]);
    expect({ code: result.code, stderr: result.stderr }).toMatchObject({ code: 0 });
    expect(await readdir(dataDir)).toEqual(["mine.txt"]);
    expect(result.stderr).toContain("left alone");
  }, 30_000);

  it("removes nothing that the embedded services did not make", async () => {
    for (const name of ["postgres", "s3"]) {
      const foreign = join(folder, `foreign-${name}`);
      await mkdir(join(foreign, name), { recursive: true });
      await writeFile(join(foreign, name, "precious.txt"), "mine");
      const result = await runHere(["--reset", "--data", foreign]);
      expect(result.code).toBe(2);
      expect(await readdir(join(foreign, name))).toEqual(["precious.txt"]);
    }
  }, 30_000);

  it("is content with a folder that is empty or not there", async () => {
    const empty = join(folder, "empty");
    await mkdir(empty);
    for (const path of [empty, join(folder, "missing")]) {
      const result = await runHere(["--reset", "--json", "--data", path]);
      expect(result.code).toBe(0);
      expect(linesOf(result)).toEqual([expect.objectContaining({ event: "summary", stored: 0 })]);
    }
    expect(await readdir(folder)).not.toContain("empty");
  }, 30_000);
});
