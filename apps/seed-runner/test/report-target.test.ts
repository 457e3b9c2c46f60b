import { chmod, mkdir, readdir, realpath, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";

import { UsageError } from "@repo/command-line/usage-error";
import { findReportTarget } from "../src/contact-sheet/report-target.js";
import { tempFolder } from "./temp-folder.js";

/** Permissions do not keep root from anything. */
const unlessRoot = process.getuid?.() === 0 ? it.skip : it;

let folder: string;
let remove: () => Promise<void>;

beforeEach(async () => {
  const made = await tempFolder();
  folder = await realpath(made.path);
  remove = made.remove;
});
afterEach(async () => {
  await chmod(folder, 0o700);
  await remove();
});

async function reasonAgainst(path: string): Promise<string> {
  try {
    await findReportTarget(path);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
  throw new Error(`${path} was taken.`);
}

describe("the place of the contact sheet", () => {
  it("is a new file or an older one, and nothing is left there by finding out", async () => {
    const older = join(folder, "older.html");
    await writeFile(older, "older");
    expect(await findReportTarget(older)).toBe(older);
    expect(await findReportTarget(join(folder, "new.html"))).toBe(join(folder, "new.html"));
    expect(await readdir(folder)).toEqual(["older.html"]);
  });

  it("is the file that a link leads to, so that the link stays", async () => {
    const [file, link] = [join(folder, "page.html"), join(folder, "latest.html")];
    await writeFile(file, "older");
    await symlink(file, link);
    expect(await findReportTarget(link)).toBe(file);
  });

  it("is no link that leads nowhere", async () => {
    const link = join(folder, "latest.html");
    await symlink(join(folder, "gone.html"), link);
    expect(await reasonAgainst(link)).toContain(`${link} is a link that leads nowhere`);
  });

  it("is no folder and no device, also behind a link", async () => {
    const inner = join(folder, "inner");
    await mkdir(inner);
    expect(await reasonAgainst(inner)).toContain(`${inner} is a folder`);
    const link = join(folder, "null.html");
    await symlink("/dev/null", link);
    expect(await reasonAgainst(link)).toContain(`${link} is a device`);
    expect(await reasonAgainst("/dev/null")).toContain("/dev/null is a device");
  });

  it("is not below a file, nor in a folder that is missing", async () => {
    const file = join(folder, "file");
    await writeFile(file, "");
    expect(await reasonAgainst(join(file, "page.html"))).toContain(`${file}: not a directory`);
    const missing = join(folder, "missing");
    expect(await reasonAgainst(join(missing, "page.html"))).toContain(`${missing}: no such file`);
  });

  it("has a name that the file system takes", async () => {
    const path = join(folder, `${"long".repeat(100)}.html`);
    expect(await reasonAgainst(path)).toContain("name too long");
  });

  it("is not where root itself can make no file", async () => {
    expect(await reasonAgainst("/proc/page.html")).toContain("no file can be made in /proc: ");
  });

  unlessRoot("is not in a folder that is closed, and no file that is write-protected", async () => {
    const file = join(folder, "page.html");
    await writeFile(file, "older", { mode: 0o400 });
    expect(await reasonAgainst(file)).toContain(`${file}: permission denied`);
    await chmod(folder, 0o500);
    expect(await reasonAgainst(join(folder, "new.html"))).toContain(`${folder}: permission denied`);
    await chmod(folder, 0);
    expect(await reasonAgainst(join(folder, "new.html"))).toContain(`${folder}: permission denied`);
  });
});
