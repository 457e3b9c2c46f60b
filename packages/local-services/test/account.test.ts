import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { chmod, chown, mkdir, readdir, stat, writeFile } from "node:fs/promises";
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

/** Starts a server on the folder it is given, and says how that failed. */
const START = `
  import { startLocalPostgres } from "@repo/local-services";
  const dataDir = process.argv[1];
  const postgres = await startLocalPostgres({ dataDir }).catch((error) => console.log(error.code));
  await postgres?.stop();
`;

/** A checkout below a closed folder cannot be run by another account, whatever the code does. */
function canRunAs(ids: { uid: number; gid: number }): boolean {
  const source = fileURLToPath(new URL("../package.json", import.meta.url));
  const script = `require("node:fs").readFileSync(${JSON.stringify(source)})`;
  return spawnSync(process.execPath, ["-e", script], { ...ids, cwd: "/" }).status === 0;
}

it("keeps out of a folder that holds other files", async () => {
  const dataDir = await scope.dataDir();
  const folder = join(dataDir, "postgres");
  await mkdir(folder);
  await writeFile(join(folder, "precious.txt"), "mine");
  const before = await stat(folder);
  await expect(scope.start(dataDir)).rejects.toMatchObject({ code: "foreign_data_dir" });
  expect(await readdir(folder)).toEqual(["precious.txt"]);
  expect((await stat(folder)).uid).toBe(before.uid);
});

it.each([
  ["below a file", "/dev/null/data"],
  ["that is a file", "/dev/null"],
  ["where nothing can be made", "/proc/data"],
])("says of a data directory %s that it is of no use", async (_, dataDir) => {
  await expect(scope.start(dataDir)).rejects.toMatchObject({
    code: "unusable_data_dir",
    message: expect.stringContaining(dataDir),
  });
});

(isRoot ? it.skip : it)(
  "says of a data directory that is closed that it is of no use",
  async () => {
    const dataDir = await scope.dataDir();
    await chmod(dataDir, 0o500);
    await expect(scope.start(dataDir)).rejects.toMatchObject({ code: "unusable_data_dir" });
  },
);

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

  it("sees a running server though it may not look into other accounts' processes", async () => {
    const dataDir = await scope.dataDir();
    await scope.start(dataDir);
    const rival = spawnSync(
      "setpriv",
      ["--bounding-set=-sys_ptrace", process.execPath, "--input-type=module", "-e", START, dataDir],
      { encoding: "utf8" },
    );
    expect(rival.stdout.trim()).toBe("data_dir_in_use");
    await expectOwner(dataDir, nobody.uid);
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
