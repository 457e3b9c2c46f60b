import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";

import { User } from "@repo/database";

import { tempFolder } from "../temp-folder.js";
import { type ExternalServices, startExternalServices } from "./external-services.js";
import { GIF, PNG, PNG_SIGNATURE, wav } from "./media.js";
import { eventsOf, type Line, runHere, runSeed, type SeedResult } from "./run-seed.js";

const execFileAsync = promisify(execFile);

let folder: string;
let remove: () => Promise<void>;
let services: ExternalServices;

beforeAll(async () => {
  ({ path: folder, remove } = await tempFolder());
  services = await startExternalServices(folder);
}, 60_000);

afterAll(async () => {
  await services.stop();
  await remove();
});

/** Makes a folder with these files. */
async function folderOf(name: string, files: Record<string, Uint8Array>): Promise<string> {
  const path = join(folder, name);
  for (const [file, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true });
    await writeFile(join(path, file), bytes);
  }
  return path;
}

const importing = (...args: string[]): Promise<SeedResult> =>
  runHere(["--json", "--from", ...args], services.env);

const outcomes = (files: readonly Line[]): Record<string, string> =>
  Object.fromEntries(
    files.map(({ path, event, code }) => [
      String(path),
      typeof code === "string" ? `${event} ${code}` : event,
    ]),
  );

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("--from", () => {
  const hostile = `ü "quo'tes" <img src=x onerror=alert(1)>\n.gif`;
  let mixed: string;
  let first: SeedResult;

  beforeAll(async () => {
    mixed = await folderOf("mixed", {
      "pixel.gif": GIF,
      "same-bytes.gif": GIF,
      "nested/deeply/tone.wav": wav(1),
      "png-inside.jpg": PNG,
      "no-extension": wav(2),
      [hostile]: GIF,
      "empty.png": Buffer.alloc(0),
      "notes.txt": Buffer.from("Dear diary"),
      "cut.png": PNG_SIGNATURE,
    });
    await execFileAsync("mkfifo", [join(mixed, "pipe.mp3")]);
    await symlink(mixed, join(mixed, "loop"));
    await symlink("pixel.gif", join(mixed, "link.gif"));
    first = await importing(mixed);
  }, 60_000);

  it("stores what is media, rejects what is not, and succeeds", () => {
    const { files, summary } = eventsOf(first);
    expect({ code: first.code, stderr: first.stderr }).toMatchObject({ code: 0 });
    expect(outcomes(files)).toEqual({
      [`${mixed}/pixel.gif`]: "stored",
      [`${mixed}/same-bytes.gif`]: "stored",
      [`${mixed}/link.gif`]: "stored",
      [`${mixed}/nested/deeply/tone.wav`]: "stored",
      [`${mixed}/png-inside.jpg`]: "stored",
      [`${mixed}/no-extension`]: "stored",
      [`${mixed}/${hostile}`]: "stored",
      [`${mixed}/empty.png`]: "rejected empty_file",
      [`${mixed}/notes.txt`]: "rejected unsupported_media_type",
      [`${mixed}/cut.png`]: "rejected invalid_media",
      [`${mixed}/pipe.mp3`]: "rejected invalid_input",
    });
    expect(files).toHaveLength(11);
    expect(summary).toMatchObject({ stored: 7, rejected: 4, failed: 0, skipped: 0 });
  });

  it("decides by content and gives back the same bytes at the URL", async () => {
    const { files } = eventsOf(first);
    const line = files.find(({ path }) => path === `${mixed}/png-inside.jpg`);
    expect(line).toMatchObject({
      kind: "image",
      contentType: "image/png",
      byteSize: PNG.length,
      sha256: sha256(PNG),
      width: 1,
      height: 1,
    });
    const response = await fetch(String(line?.["url"]));
    expect(Buffer.from(await response.arrayBuffer())).toEqual(PNG);
  });

  it("stores nothing twice", async () => {
    const { files, summary } = eventsOf(await importing(mixed));
    expect(summary).toMatchObject({ stored: 0, rejected: 4, failed: 0, skipped: 7, bytes: 0 });
    const ids = (lines: readonly Line[]): unknown[] => lines.flatMap(({ id }) => id ?? []).sort();
    expect(ids(files)).toEqual(ids(eventsOf(first).files));
  }, 30_000);

  it("takes relative paths as given, and goes on after one that cannot be read", async () => {
    await folderOf("relative", { "sub/a.gif": GIF });
    const args = ["--json", "--from", "missing.gif", "relative/", "./relative/sub/a.gif"];
    const result = await runSeed(args, { env: services.env, cwd: folder });
    expect(result.code).toBe(1);
    expect(outcomes(eventsOf(result).files)).toEqual({
      "missing.gif": "failed unreadable_file",
      "relative/sub/a.gif": "stored",
      "./relative/sub/a.gif": "stored",
    });
  }, 30_000);
});

describe("after a change between two runs", () => {
  let path: string;
  let before: Map<string, Line>;
  let after: Map<string, Line>;
  let result: SeedResult;

  const byName = (run: SeedResult): Map<string, Line> =>
    new Map(eventsOf(run).files.map((line) => [basename(String(line["path"])), line]));

  beforeAll(async () => {
    path = await folderOf("evolving", { "changed.gif": GIF, "deleted.gif": GIF, "lost.gif": GIF });
    before = byName(await importing(path));
    await writeFile(join(path, "changed.gif"), PNG);
    await services.withStore(async ({ store, s3 }) => {
      await store.forSystem().images.delete(String(before.get("deleted.gif")?.["id"]));
      const { pathname } = new URL(String(before.get("lost.gif")?.["url"]));
      await s3.delete(pathname.split("/").slice(2).join("/"));
    });
    result = await importing(path);
    after = byName(result);
  }, 60_000);

  it("a path is stored again when its bytes are others, and then no more", async () => {
    expect(after.get("changed.gif")).toMatchObject({ event: "stored", sha256: sha256(PNG) });
    const third = byName(await importing(path));
    expect(third.get("changed.gif")).toMatchObject({
      event: "skipped",
      id: after.get("changed.gif")?.["id"],
    });
  }, 30_000);

  it("a deleted file is stored again", () => {
    expect(after.get("deleted.gif")?.event).toBe("stored");
    expect(after.get("deleted.gif")?.["id"]).not.toBe(before.get("deleted.gif")?.["id"]);
  });

  it("a file whose bytes are lost is not passed off as there", () => {
    expect(after.get("lost.gif")).toMatchObject({
      event: "failed",
      code: "fetch_failed",
      message: "The signed URL answered 404 (NoSuchKey).",
    });
    expect(result.code).toBe(1);
  });
});

describe("--owner", () => {
  it("stores for that user what the system has under the same path", async () => {
    const user = await services.withStore(() => User.create({ email: "owner@example.com" }));
    const path = await folderOf("owned", { "a.gif": GIF });
    const [system] = eventsOf(await importing(path)).files;
    const [own] = eventsOf(await importing(path, "--owner", user.id)).files;
    expect([system?.event, own?.event]).toEqual(["stored", "stored"]);
    expect(String(system?.["url"])).toContain("/system/");
    expect(String(own?.["url"])).toContain(`/users/${user.id}/`);
  }, 30_000);

  it("ends with 1 and says so when there is no such user", async () => {
    const unknown = "0190f5a0-0000-7000-8000-00000000dead";
    const path = await folderOf("unowned", { "a.gif": GIF });
    const { code, stdout, stderr } = await importing(path, "--owner", unknown);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`There is no user ${unknown}.`);
    expect(stderr).not.toMatch(/\n\s+at /);
  }, 30_000);
});
