import { execFile } from "node:child_process";
import { chown, readdir, readFile, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";

import { makeFolder } from "@repo/local-s3";

import { ForeignDataDirError, NoUnprivilegedAccountError, UnusableDataDirError } from "./errors.js";

const execFileAsync = promisify(execFile);

/**
 * A POSIX shell under the account that runs PostgreSQL: the arguments end where `-c`, a script and
 * its parameters follow. Its environment is fixed, so that neither the locale nor any PG variable
 * of the caller changes what PostgreSQL does.
 */
export interface AccountShell {
  readonly file: string;
  readonly args: readonly string[];
  readonly options: {
    readonly cwd: string;
    readonly env: NodeJS.ProcessEnv;
    readonly uid?: number;
    readonly gid?: number;
  };
}

interface Ids {
  readonly uid: number;
  readonly gid: number;
}

const SHELL = "/bin/sh";
const OPTIONS = {
  cwd: "/",
  env: { LC_ALL: "C", TZ: "UTC", PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin" },
};

/**
 * Make `home`, PostgreSQL's own folder, and choose who runs PostgreSQL in it. PostgreSQL refuses to
 * run as root; it is run by the caller, or, when that is root, by the folder's owner, which for a
 * new folder is the system's `nobody`.
 *
 * @param binary a program that the account must be able to run
 * @throws UnusableDataDirError, ForeignDataDirError, NoUnprivilegedAccountError
 */
export async function prepareHome(home: string, binary: string): Promise<AccountShell> {
  if (!(await makeHome(home)).every(isOurs)) throw new ForeignDataDirError(home);
  if (process.getuid?.() !== 0) return { file: SHELL, args: [], options: OPTIONS };

  let ids: Ids = await stat(home);
  if (ids.uid === 0) {
    ids = await nobody();
    await chown(home, ids.uid, ids.gid);
  }
  const failures: unknown[] = [];
  for (const shell of [switched(ids), privileged(ids)]) {
    try {
      await probe(shell, home, binary);
      return shell;
    } catch (failure) {
      failures.push(failure);
    }
  }
  throw new NoUnprivilegedAccountError(
    `PostgreSQL does not run as root, and the account with uid ${ids.uid} cannot reach both ` +
      `${binary} and ${home}. Run as an ordinary user, or move them to where every account may ` +
      `look (a folder such as /root is closed), or allow setpriv (util-linux, CAP_SETPCAP)`,
    { cause: new AggregateError(failures, "neither the account nor setpriv reached them") },
  );
}

/** Gives the names of what is in it already. */
async function makeHome(home: string): Promise<string[]> {
  try {
    // Those above are for others, too.
    await makeFolder(home, 0o700, 0o777);
    return await readdir(home);
  } catch (cause) {
    throw new UnusableDataDirError(dirname(home), { cause });
  }
}

/** The account with its own rights and nothing else. */
function switched({ uid, gid }: Ids): AccountShell {
  return { file: SHELL, args: [], options: { ...OPTIONS, uid, gid } };
}

/**
 * The account, but able to pass folders that are closed to it, such as /root. Without
 * no_setuid_fixup, access(2), which PostgreSQL asks about its own programs, ignores that ability.
 */
function privileged({ uid, gid }: Ids): AccountShell {
  const args = [
    `--reuid=${uid}`,
    `--regid=${gid}`,
    "--clear-groups",
    "--securebits=+no_setuid_fixup",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
    "--",
    SHELL,
  ];
  return { file: "setpriv", args, options: OPTIONS };
}

async function nobody(): Promise<Ids> {
  const entries = (await readFile("/etc/passwd", "utf8")).split("\n");
  const [, , uid, gid] = entries.find((entry) => entry.startsWith("nobody:"))?.split(":") ?? [];
  if (uid === undefined || gid === undefined) {
    throw new NoUnprivilegedAccountError(
      "PostgreSQL does not run as root, and /etc/passwd has no account named nobody to run it. " +
        "Run as an ordinary user",
    );
  }
  // macOS writes nobody as -2, which the system calls take as an unsigned number.
  return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
}

async function probe(shell: AccountShell, home: string, binary: string): Promise<void> {
  const script = '"$1" --version && cd "$2" && test -w .';
  const args = [...shell.args, "-c", script, "sh", binary, home];
  await execFileAsync(shell.file, args, shell.options);
}

/** What this package keeps in PostgreSQL's folder: a cluster, its log, and unfinished ones of both. */
function isOurs(name: string): boolean {
  return name === "cluster" || name === "server.log" || name.startsWith("unfinished-");
}
