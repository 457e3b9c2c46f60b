import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, chown, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { afterEach, describe, expect, it } from "@jest/globals";

import { report, Scope } from "./support.js";

const scope = new Scope();
afterEach(() => scope.end());

const isRoot = process.getuid?.() === 0;
const nobody = isRoot ? passwdIds("nobody") : { uid: 0, gid: 0 };

function passwdIds(name: string): { uid: number; gid: number } {
  const entry = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .find((line) => line.startsWith(`${name}:`));
  const [, , uid, gid] = entry?.split(":") ?? [];
  return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
}

/** A checkout below a closed folder cannot be run by another account, whatever the code does. */
function canRunAs(ids: { uid: number; gid: number }): boolean {
  const source = fileURLToPath(new URL("../package.json", import.meta.url));
  const script = `require("node:fs").readFileSync(${JSON.stringify(source)})`;
  return spawnSync(process.execPath, ["-e", script], { ...ids, cwd: "/" }).status === 0;
}

(isRoot ? describe : describe.skip)("run by root", () => {
  it("runs the server as an unprivileged account below a folder closed to it", async () => {
    const dataDir = await scope.dataDir();
    await chmod(dataDir, 0o700);
    await scope.start(dataDir);
    await expectOwner(dataDir, nobody.uid);
    expect((await stat(dataDir)).uid).toBe(0);
  });

  it("runs the server as an unprivileged account in a folder that does not exist yet", async () => {
    const parent = await scope.dataDir();
    await chmod(parent, 0o755);
    const dataDir = join(parent, "new", "folder");
    await scope.start(dataDir);
    await expectOwner(dataDir, nobody.uid);
    expect((await stat(dataDir)).uid).toBe(0);
  });

  it("goes on with the account that the data belong to", async () => {
    const dataDir = await scope.dataDir();
    await mkdir(join(dataDir, "postgres"), { mode: 0o700 });
    const daemon = passwdIds("daemon");
    await chown(join(dataDir, "postgres"), daemon.uid, daemon.gid);
    await scope.start(dataDir);
    await expectOwner(dataDir, daemon.uid);
  });

  const reachable = canRunAs(nobody);
  if (isRoot && !reachable) {
    process.stdout.write("An ordinary user cannot reach this checkout: its test is skipped.\n");
  }
  (reachable ? it : it.skip)("leaves an ordinary user to run it as itself", async () => {
    const dataDir = await scope.dataDir(nobody.uid);
    const owner = scope.owner(dataDir, { ...nobody, env: {} });
    expect(await report(owner)).toEqual({ url: expect.stringContaining("postgresql://") });
    await expectOwner(dataDir, nobody.uid);
  });
});

async function expectOwner(dataDir: string, uid: number): Promise<void> {
  const pidFile = join(dataDir, "postgres", "cluster", "data", "postmaster.pid");
  expect((await stat(pidFile)).uid).toBe(uid);
}
