import { execFile } from "node:child_process";
import { copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import sharp from "sharp";

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PACKAGE = join(ROOT, "packages/release-checks");

/** A file that the guide tells its reader to make: its name, and then the block of its content. */
const FILE = /^`([\w./-]+)`:\n\n```(?:ts|json)\n([^]*?)^```$/gm;

describe("an application made as the guide says", () => {
  let workspace: string;
  let application: string;

  beforeAll(async () => {
    workspace = await mkdtemp(join(tmpdir(), "guide-"));
    application = join(workspace, "apps/podcasts");
    const guide = await readFile(join(ROOT, "docs/guide.md"), "utf8");
    const files = [...guide.matchAll(FILE)];
    expect(files).toHaveLength([...guide.matchAll(/^```(?:ts|json)$/gm)].length);
    for (const [, name = "", content = ""] of files) {
      const path = join(application, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, content);
    }
    await copyFile(join(ROOT, "tsconfig.base.json"), join(workspace, "tsconfig.base.json"));
    // Stands for the installation: all that the guide depends on, this package does.
    await symlink(join(PACKAGE, "node_modules"), join(application, "node_modules"));
  });

  afterAll(() => rm(workspace, { recursive: true, force: true }));

  it("depends on packages that there are", async () => {
    const text = await readFile(join(application, "package.json"), "utf8");
    const { dependencies, devDependencies } = JSON.parse(text) as Record<string, object>;
    const own = await readFile(join(PACKAGE, "package.json"), "utf8");
    for (const name of Object.keys({ ...dependencies, ...devDependencies })) {
      expect(own).toContain(`"${name}"`);
    }
  });

  it("builds, stores a picture and finds its data at the next start", async () => {
    const tsc = join(PACKAGE, "node_modules/.bin/tsc");
    await expect(run(tsc, { cwd: application })).resolves.toMatchObject({ stdout: "" });

    const portrait = join(workspace, "portrait.jpg");
    await sharp({ create: { width: 64, height: 48, channels: 3, background: "#07c" } }).toFile(
      portrait,
    );
    const main = join(application, "dist/main.js");
    for (let start = 1; start <= 2; start += 1) {
      const { stdout } = await run(process.execPath, [main, portrait], { cwd: workspace });
      expect(stdout).toMatch(/url: 'http.*\n\s+width: 64,\n\s+height: 48/);
      expect(stdout).toContain(`Users so far: ${start}\n`);
    }
  });
});
