import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { publint } from "publint";
import { formatMessage } from "publint/utils";

import { copyTypes } from "../src/pack/compile.js";
import { folderOf, PRODUCT } from "../src/packages.js";

/** The packages are ES modules only, for Node 20.19 and newer, where require() loads those. */
const FOR_MODULES = new Set(["node16-esm", "bundler"]);

/** The part of `npm pack --json` that is used here. */
interface Packed {
  name: string;
  filename: string;
}

let folder: string;
/** By the package's name. */
const tarballs = new Map<string, Uint8Array<ArrayBuffer>>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "release-checks-"));
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", folder];
  const options = { maxBuffer: 10_000_000 };
  const { stdout } = await promisify(execFile)("npm", [...args, ...PRODUCT.map(folderOf)], options);
  const packed = Object.values(JSON.parse(stdout) as Record<string, Packed>);
  for (const { name, filename } of packed) {
    tarballs.set(name, new Uint8Array(await readFile(join(folder, filename))));
  }
}, 300_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(PRODUCT)("%s, packed", (name) => {
  const tarball = (): Uint8Array<ArrayBuffer> => {
    const bytes = tarballs.get(`@repo/${name}`);
    if (bytes === undefined) throw new Error(`${name} was not packed`);
    return bytes;
  };

  it("is what publint wants of a package", async () => {
    const { messages, pkg } = await publint({ pack: { tarball: tarball().buffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  it("gives ES modules and bundlers the right types", async () => {
    const result = await checkPackage(createPackageFromTarballData(tarball()));
    if (result.types === false) throw new Error("the package has no types");
    const problems = result.problems.filter(
      (problem) => !("resolutionKind" in problem) || FOR_MODULES.has(problem.resolutionKind),
    );
    expect(problems).toEqual([]);
  });
});

it("packs no declarations that a build has left behind for sources that are gone", async () => {
  const [sources, built, to] = [join(folder, "src"), join(folder, "dist"), join(folder, "lib")];
  await mkdir(join(sources, "deep"), { recursive: true });
  await mkdir(join(built, "deep"), { recursive: true });
  await writeFile(join(sources, "deep/here.ts"), "");
  await writeFile(join(built, "deep/here.d.ts"), 'export * from "@repo/other";');
  await writeFile(join(built, "deep/gone.d.ts"), "");
  await copyTypes(sources, built, to, () => "./other.js");
  expect(await readdir(join(to, "deep"))).toEqual(["here.d.ts"]);
  expect(await readFile(join(to, "deep/here.d.ts"), "utf8")).toBe('export * from "./other.js";');
});
