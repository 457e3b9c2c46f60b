import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

import { type Finding, findFiles } from "../src/sources/find-files.js";
import { tempFolder } from "./temp-folder.js";

const execFileAsync = promisify(execFile);

let folder: string;
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ path: folder, remove } = await tempFolder());
  await mkdir(join(folder, "b/nested"), { recursive: true });
  await mkdir(join(folder, "empty"));
  for (const name of ["z.jpg", "a.jpg", "Z.jpg", "b/nested/deep.wav", "b/ü <img>\n.png"]) {
    await writeFile(join(folder, name), name);
  }
});

afterAll(() => remove());

interface Found {
  findings: Finding[];
  notes: string[];
}

async function find(...paths: string[]): Promise<Found> {
  const notes: string[] = [];
  const findings = await findFiles(paths, (message) => notes.push(message));
  return { findings, notes };
}

const pathsOf = ({ findings }: Found): string[] => findings.map(({ path }) => path);

describe("finding files", () => {
  it("walks folders in the order of names and joins paths to the folder as given", async () => {
    expect(pathsOf(await find(`${folder}//`))).toEqual([
      `${folder}/Z.jpg`,
      `${folder}/a.jpg`,
      `${folder}/b/nested/deep.wav`,
      `${folder}/b/ü <img>\n.png`,
      `${folder}/z.jpg`,
    ]);
  });

  it("keeps the order of the arguments and gives each path once", async () => {
    const found = await find(`${folder}/z.jpg`, `${folder}/b/nested`, folder, `${folder}/z.jpg`);
    expect(pathsOf(found)).toEqual([
      `${folder}/z.jpg`,
      `${folder}/b/nested/deep.wav`,
      `${folder}/Z.jpg`,
      `${folder}/a.jpg`,
      `${folder}/b/ü <img>\n.png`,
    ]);
  });

  it("finds nothing in an empty folder", async () => {
    expect(await find(`${folder}/empty`)).toEqual({ findings: [], notes: [] });
  });

  it("reports what is not there as failed", async () => {
    const { findings } = await find(`${folder}/missing.jpg`);
    expect(findings).toEqual([
      {
        path: `${folder}/missing.jpg`,
        problem: {
          event: "failed",
          code: "unreadable_file",
          message: expect.stringContaining("ENOENT"),
        },
      },
    ]);
  });
});

describe("links", () => {
  let links: string;
  let removeLinks: () => Promise<void>;

  beforeAll(async () => {
    ({ path: links, remove: removeLinks } = await tempFolder());
    await symlink(join(folder, "a.jpg"), join(links, "to-file"));
    await symlink(links, join(links, "to-itself"));
    await symlink(join(folder, "b"), join(links, "to-folder"));
    await symlink("nowhere", join(links, "to-nothing"));
  });

  afterAll(() => removeLinks());

  it("are followed to files and reported when they lead nowhere", async () => {
    const { findings } = await find(links);
    expect(findings).toEqual([
      { path: `${links}/to-file` },
      { path: `${links}/to-nothing`, problem: expect.objectContaining({ event: "failed" }) },
    ]);
  });

  it("are not followed to folders inside a folder, which is said", async () => {
    const { notes } = await find(links);
    expect(notes).toEqual([
      expect.stringContaining("to-folder links to a folder"),
      expect.stringContaining("to-itself links to a folder"),
    ]);
  });

  it("are followed to folders where they are named themselves", async () => {
    expect(pathsOf(await find(`${links}/to-folder`))).toEqual([
      `${links}/to-folder/nested/deep.wav`,
      `${links}/to-folder/ü <img>\n.png`,
    ]);
  });
});

describe("what is no regular file", () => {
  it("is rejected at once instead of being opened", async () => {
    const special = await tempFolder();
    await execFileAsync("mkfifo", [join(special.path, "fifo.mp3")]);
    const server = createServer().listen(join(special.path, "socket.mp3"));
    await new Promise((resolve) => server.once("listening", resolve));
    try {
      const { findings } = await find(special.path, "/dev/null");
      expect(findings.map(({ problem }) => problem)).toEqual(
        ["a named pipe", "a socket", "a device"].map((what) => ({
          event: "rejected",
          code: "invalid_input",
          message: `This is ${what}; only regular files can be imported.`,
        })),
      );
    } finally {
      await new Promise((resolve) => server.close(resolve));
      await special.remove();
    }
  });
});

describe("a name that is not UTF-8", () => {
  // Other systems do not let such a name come into being.
  const onLinux = process.platform === "linux" ? it : it.skip;

  onLinux("is reported with the way out", async () => {
    const odd = await tempFolder();
    try {
      await writeFile(Buffer.concat([Buffer.from(`${odd.path}/caf`), Buffer.from([0xe9])]), "x");
      const { findings } = await find(odd.path);
      expect(findings).toEqual([
        {
          path: `${odd.path}/caf\uFFFD`,
          problem: expect.objectContaining({
            event: "failed",
            message: expect.stringContaining("not valid UTF-8"),
          }),
        },
      ]);
    } finally {
      await odd.remove();
    }
  });
});
