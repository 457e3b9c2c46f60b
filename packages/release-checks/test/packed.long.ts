import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { checkPackage, createPackageFromTarballData } from "@arethetypeswrong/core";
import { afterAll, beforeAll, describe, expect, it, jest } from "@jest/globals";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import sharp from "sharp";

import { packObjectStore } from "../src/pack/pack.js";
import { startServers } from "./examples/servers.js";
import {
  type Format,
  programOf,
  readmeProgramOf,
  resultFor,
  telemetryProgramOf,
  testOf,
  typesOf,
} from "./support/packed-program.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const NAME = "@acme/object-store";
const PEERS = ["pg", "reflect-metadata", "sequelize@6", "sequelize-typescript"];
const TOOLS = [
  "@opentelemetry/sdk-metrics@3",
  "@opentelemetry/sdk-trace@3",
  "@types/jest@30",
  "@types/node@20",
  "@types/pg",
  "esbuild@0.28",
  "jest@30",
  "ts-jest@29",
  "typescript@5",
  "typescript-7@npm:typescript@7",
  "vitest@4",
];
const FORMATS = ["esm", "cjs"] as const;
const EXTENSION = { esm: "mjs", cjs: "cjs" };
/** Large enough that a thread hashes it. */
const WIDTH = 1500;

jest.setTimeout(900_000);

let folder: string;
let tarball: string;
let project: string;
let photo: Buffer;
let bundling: string;
/** The lowest Node that the package supports. */
let lowestNode: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "packed-"));
  photo = await noise(WIDTH);
  project = await projectIn("shop");
  const [installation = "", ...others] = await linesOfInstallPage();
  [bundling = ""] = others;
  expect(others).toHaveLength(1);
  const [userconfig, cache, registry, cafile] = await npmSettings(
    ...["userconfig", "cache", "registry", "cafile"],
  );
  const home = {
    HOME: folder,
    npm_config_userconfig: userconfig,
    npm_config_cache: cache,
    npm_config_yes: "true",
  };
  await run("bash", ["-euc", installation], ROOT, home);
  tarball = join(project, "vendor/acme-object-store-1.0.0.tgz");

  const { peerDependencies } = await manifestOf(NAME, project);
  const lowest = Object.entries(peerDependencies).map(
    ([name, range]) => `${name}@${range.slice("^".length)}`,
  );
  const install = ["npm", "install", "--no-audit", "--no-fund"];
  const npx = ["npx", "--yes"];
  const api = "@opentelemetry/api";
  const yarn4 = ["--package=@yarnpkg/cli-dist@4", "yarn", "add"];
  const yarnSettings = {
    YARN_NPM_REGISTRY_SERVER: registry,
    ...(cafile !== "null" && { YARN_HTTPS_CA_FILE_PATH: cafile }),
    YARN_ENABLE_TELEMETRY: "0",
  };
  lowestNode = join(folder, "node/node_modules/.bin/node");
  await Promise.all([
    run(...commandOf(install, TOOLS), project),
    run(...commandOf(install, ["--prefix", join(folder, "node"), "node@20.19.0"]), folder),
    addIn("lowest", [...install, ...lowest, ...telemetry("1.8.0")]),
    addIn("pnpm", [...npx, "pnpm@12", "add", `${api}@1.9`, ...PEERS, ...telemetry("2")]),
    addIn("yarn-1", [...npx, "yarn@1", "add", "--silent", api, ...PEERS]),
    addIn("yarn-4", [...npx, ...yarn4, api, ...PEERS], yarnSettings),
  ]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The shell blocks of docs/install.md, each of which this runs. */
async function linesOfInstallPage(): Promise<string[]> {
  const text = await readFile(join(ROOT, "docs/install.md"), "utf8");
  return [...text.matchAll(/^```\w+\n([^]*?)^```$/gm)].map(([, lines = ""]) => lines);
}

/** The call of a test runner that docs/direct-uploads.md shows. */
async function fakeTimersOf(runner: "jest" | "vi"): Promise<string> {
  const text = await readFile(join(ROOT, "docs/direct-uploads.md"), "utf8");
  const [call = ""] = new RegExp(`\\b${runner}\\.useFakeTimers\\(.+\\)`).exec(text) ?? [];
  expect(call).not.toBe("");
  return call;
}

/** Those of this machine, for a program that has another home or another package manager. */
async function npmSettings(...names: readonly string[]): Promise<(string | undefined)[]> {
  const values = names.map((name) => run("npm", ["config", "get", name], folder));
  return (await Promise.all(values)).map((value) => value.trim());
}

function telemetry(version: string): string[] {
  return ["metrics", "trace-node"].map((name) => `@opentelemetry/sdk-${name}@${version}`);
}

/** A folder with the program in both formats, and its photo. */
async function projectIn(name: string): Promise<string> {
  const path = join(folder, name);
  await mkdir(path);
  await writeFile(join(path, "package.json"), JSON.stringify({ name, private: true }));
  await writeFile(join(path, "photo.png"), photo);
  for (const format of FORMATS) {
    await writeFile(join(path, `program.${EXTENSION[format]}`), programOf(NAME, format));
  }
  return path;
}

/** Adds the tarball and others to a project of its own. */
async function addIn(name: string, command: readonly string[], settings = {}): Promise<void> {
  const path = await projectIn(name);
  if (name === "yarn-4") {
    await writeFile(join(path, "yarn.lock"), "");
    await writeFile(join(path, ".yarnrc.yml"), "nodeLinker: node-modules\n");
  }
  await run(...commandOf(command, [tarball]), path, settings);
}

function commandOf(
  [command = "", ...args]: readonly string[],
  more: readonly string[],
): [string, string[]] {
  return [command, [...args, ...more]];
}

async function manifestOf(
  name: string,
  cwd: string,
): Promise<{ version: string; exports: object; peerDependencies: Record<string, string> }> {
  const text = await readFile(join(cwd, "node_modules", name, "package.json"), "utf8");
  return JSON.parse(text) as Awaited<ReturnType<typeof manifestOf>>;
}

function noise(width: number): Promise<Buffer> {
  const grey = { type: "gaussian", mean: 128, sigma: 60 } as const;
  return sharp({ create: { width, height: width, channels: 3, background: "#000", noise: grey } })
    .png()
    .toBuffer();
}

/** Runs a program to its end without the settings of this test. */
async function run(
  command: string,
  args: readonly string[],
  cwd: string,
  settings = {},
): Promise<string> {
  const env = { ...process.env, NODE_OPTIONS: "", ...settings };
  const running = promisify(execFile)(command, args, { cwd, env });
  const { stdout } = await running.catch((error: unknown) => {
    // Yarn says there what is wrong.
    const { stdout: printed } = error as { stdout: string };
    throw new Error(`${String(error)}\n${printed}`, { cause: error });
  });
  return stdout;
}

async function runProgram(path: string, cwd: string, node = process.execPath): Promise<unknown> {
  return JSON.parse(await run(node, [path], cwd));
}

/** What a program that fails prints. */
async function failureOf(path: string, cwd: string): Promise<string> {
  const failed = await run(process.execPath, [path], cwd).then(
    () => ({ stderr: "it did not fail" }),
    (error: unknown) => (error as Error).cause as { stderr: string },
  );
  return failed.stderr;
}

function write(path: string, text: string): Promise<void> {
  return writeFile(join(project, path), text);
}

describe("the code of its README, on real servers", () => {
  let servers: Awaited<ReturnType<typeof startServers>>;

  beforeAll(async () => {
    servers = await startServers(join(folder, "services"));
    const readme = await readFile(join(project, "node_modules", NAME, "README.md"), "utf8");
    const blocks = [...readme.matchAll(/^```ts\n([^]*?)^```$/gm)].map(([, code = ""]) => code);
    const files = ["migrate.mts", "cover-images.mts", "sweeper.mts"];
    expect(blocks).toHaveLength(files.length);
    await mkdir(join(project, "readme"));
    for (const [index, file] of files.entries()) await write(`readme/${file}`, blocks[index] ?? "");
    await write("readme/main.mts", readmeProgramOf(NAME));
    const options = ["--target", "es2022", "--module", "nodenext", "--experimentalDecorators"];
    const args = ["node_modules/typescript/bin/tsc", ...options, "--strict", "readme/main.mts"];
    await run(process.execPath, args, project);
  });

  afterAll(() => servers.stop());

  async function readmeResult(cwd: string, node: string): Promise<unknown> {
    const { databaseUrl, s3 } = servers;
    const args = ["readme/main.mjs", JSON.stringify({ databaseUrl, s3 })];
    return JSON.parse(await run(node, args, cwd));
  }

  const expected = {
    file: { width: WIDTH, height: WIDTH, url: expect.stringContaining("X-Amz-Signature=") },
    swept: "0 files removed, 0 left for the next sweep",
  };

  it("runs with the newest peers", async () => {
    expect(await readmeResult(project, process.execPath)).toMatchObject(expected);
  });

  it("runs with the lowest peers of their ranges, on the lowest Node", async () => {
    const path = join(folder, "lowest");
    await cp(join(project, "readme"), join(path, "readme"), { recursive: true });
    expect(await readmeResult(path, lowestNode)).toMatchObject(expected);
  });
});

describe("the packed object store", () => {
  it("is what publint and arethetypeswrong want of a package", async () => {
    const bytes = new Uint8Array(await readFile(tarball));
    const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
    const types = await checkPackage(createPackageFromTarballData(bytes));
    expect(types).toMatchObject({ problems: [] });
  });

  it("needs no package of the workspace, and has a README, a license and maps with their sources", async () => {
    const root = join(project, "node_modules", NAME);
    const manifest = await readFile(join(root, "package.json"), "utf8");
    expect(manifest).not.toMatch(/@repo|workspace:|catalog:/);
    expect(JSON.parse(manifest)).toMatchObject({ name: NAME, version: "1.0.0" });
    expect(await readFile(join(root, "LICENSE"), "utf8")).toContain("MIT");
    const paths = await readdir(join(root, "lib"), { recursive: true });
    const code = paths.filter((path) => /\.(js|d\.ts)$/.test(path));
    expect(code.length).toBeGreaterThan(500);
    for (const path of code) {
      const text = await readFile(join(root, "lib", path), "utf8");
      expect(text).not.toMatch(/(from |import\(|require\()"@repo/);
    }
    for (const path of paths.filter((each) => each.endsWith(".map"))) {
      const map = JSON.parse(await readFile(join(root, "lib", path), "utf8")) as object;
      expect(map).toMatchObject({ sourcesContent: [expect.stringMatching(/\S/)] });
    }
  });

  it("has a README that names its own entries, and nothing of the workspace", async () => {
    const readme = await readFile(join(project, "node_modules", NAME, "README.md"), "utf8");
    expect(readme).not.toMatch(/@repo|pnpm|\]\((?!https:)/);
    const named = readme.match(new RegExp(`${NAME}[\\w/-]*`, "g"));
    const { exports } = await manifestOf(NAME, project);
    const entries = Object.keys(exports).filter((path) => path !== "./package.json");
    const paths = [...new Set(named)].map((each) => each.replace(NAME, "."));
    expect(paths.toSorted()).toEqual(entries.toSorted());
  });

  it("has a name that npm takes", async () => {
    const packed = packObjectStore({ name: "Object Store", out: folder });
    await expect(packed).rejects.toThrow(
      'name must be one of npm, such as @acme/object-store; got "Object Store"',
    );
  });

  it.each(FORMATS)("runs as %s after npm", async (format) => {
    expect(await runProgram(`program.${EXTENSION[format]}`, project)).toEqual(resultFor(WIDTH));
  });

  it("is one copy for ES modules and CommonJS", async () => {
    await write(
      "both.mjs",
      `import { createRequire } from "node:module";
      const require = createRequire(import.meta.url);
      const same = [];
      for (const path of ["", "/database", "/maintenance", "/migrations", "/s3", "/testing"]) {
        const [esm, cjs] = [await import("${NAME}" + path), require("${NAME}" + path)];
        const names = Object.keys(cjs);
        same.push(names.length > 0 && names.every((name) => esm[name] === cjs[name]));
      }
      console.log(JSON.stringify(same));`,
    );
    expect(await runProgram("both.mjs", project)).toEqual(Array(6).fill(true));
  });

  it("names the folders of its copies when they do not fit together", async () => {
    const copy = join(project, "node_modules/library/node_modules", NAME);
    await cp(join(project, "node_modules", NAME), copy, { recursive: true });
    await write(
      "copies.cjs",
      `const { InvalidInputError } = require("${NAME}");
      const { createDatabase } = require("${NAME}/database");
      const { objectStoreProvider } = require("./node_modules/library/node_modules/${NAME}");
      const database = createDatabase({ url: "postgres://nobody@127.0.0.1:1/none" });
      try {
        objectStoreProvider({ database, s3: {} });
      } catch (error) {
        const isOfFirst = error instanceof InvalidInputError;
        console.log(JSON.stringify({ isOfFirst, message: error.message }));
      }`,
    );
    const folders = [join(project, "node_modules", NAME), copy].map((each) =>
      join(each, "lib/object-store/"),
    );
    expect(await runProgram("copies.cjs", project)).toEqual({
      isOfFirst: true,
      message: expect.stringContaining(
        `This process has 2 copies of the package: ${folders.join(", ")}. Give all of them one version.`,
      ),
    });
  });

  it.each(FORMATS)("runs as %s on Node 20.19.0", async (format) => {
    expect(await run(lowestNode, ["--version"], project)).toBe("v20.19.0\n");
    const program = `program.${EXTENSION[format]}`;
    expect(await runProgram(program, project, lowestNode)).toEqual(resultFor(WIDTH));
  });

  it.each(["pnpm", "yarn-1", "yarn-4"])("runs after %s", async (name) => {
    for (const format of FORMATS) {
      const program = `program.${EXTENSION[format]}`;
      expect(await runProgram(program, join(folder, name))).toEqual(resultFor(WIDTH));
    }
  });

  it.each([
    ["1.3.0", "lowest", "@opentelemetry/sdk-trace-node"],
    ["1.9.", "pnpm", "@opentelemetry/sdk-trace-node"],
    ["1.10.", "shop", "@opentelemetry/sdk-trace"],
  ])("reports to the SDK of an application with %s of OpenTelemetry's API", async (...given) => {
    const [version, name, tracing] = given;
    const path = join(folder, name);
    expect((await manifestOf("@opentelemetry/api", path)).version).toContain(version);
    await writeFile(join(path, "telemetry.cjs"), telemetryProgramOf(NAME, tracing));
    expect(await runProgram("telemetry.cjs", path)).toEqual({
      spans: ["object_store.list"],
      metrics: ["object_store.operation.duration"],
    });
  });

  it.each([
    ["typescript", "commonjs", "node10", "ts"],
    ["typescript", "node16", "node16", "mts"],
    ["typescript", "node16", "node16", "cts"],
    ["typescript", "nodenext", "nodenext", "mts"],
    ["typescript", "esnext", "bundler", "ts"],
    ["typescript-7", "node16", "node16", "cts"],
    ["typescript-7", "nodenext", "nodenext", "mts"],
    ["typescript-7", "nodenext", "nodenext", "cts"],
    ["typescript-7", "esnext", "bundler", "ts"],
  ])(
    "has types for %s with %s, %s in a .%s file",
    async (compiler, module, resolution, extension) => {
      const sources = [`types.${extension}`, `program.${extension}`];
      await write(`types.${extension}`, typesOf(NAME));
      await write(`program.${extension}`, programOf(NAME, "esm"));
      const options = ["--noEmit", "--strict", "--esModuleInterop", "--experimentalDecorators"];
      const modules = ["--target", "es2022", "--module", module, "--moduleResolution", resolution];
      const tsc = join(project, "node_modules", compiler, "bin/tsc");
      const args = [tsc, ...options, ...modules, "--types", "node", ...sources];
      const outcome = await run(process.execPath, args, project).catch((error: unknown) => error);
      expect(outcome).toBe("");
    },
  );

  it("runs in Jest's CommonJS, from JavaScript and with ts-jest", async () => {
    await mkdir(join(project, "jest"));
    const fake = await fakeTimersOf("jest");
    await write("jest/javascript.test.js", testOf(NAME, "cjs", WIDTH, fake));
    await write("jest/typescript.test.ts", testOf(NAME, "esm", WIDTH, fake));
    const compilerOptions = {
      target: "es2022",
      module: "commonjs",
      moduleResolution: "node10",
      strict: true,
      esModuleInterop: true,
      skipLibCheck: true,
      types: ["node", "jest"],
    };
    await write("tsconfig.json", JSON.stringify({ compilerOptions }));
    const config = { roots: ["jest"], transform: { "\\.ts$": "ts-jest" }, watchman: false };
    await write("jest.config.json", JSON.stringify(config));
    await run(process.execPath, ["node_modules/jest/bin/jest.js"], project);
  });

  it("has object-store-admin, with any credentials, from cron and for applications that exist", async () => {
    const program = join(project, "node_modules/.bin/object-store-admin");
    const jest = [resolve("node_modules/jest/bin/jest.js"), "credentials", "existing-application"];
    const env = { ...process.env, TEST_PROGRAM: program };
    const cwd = resolve("../../apps/object-store-admin");
    const { stderr } = await promisify(execFile)(process.execPath, jest, { cwd, env });
    expect(stderr).toMatch(/^Tests: +\d+ passed, \d+ total$/m);
  });

  it("runs in Vitest", async () => {
    await mkdir(join(project, "vitest"));
    const fake = await fakeTimersOf("vi");
    await write("vitest/works.spec.mjs", testOf(NAME, "esm", WIDTH, fake));
    const args = ["node_modules/vitest/vitest.mjs", "run", "--globals", "--dir", "vitest"];
    await run(process.execPath, args, project);
  });

  it("runs when a bundle is made as the page says", async () => {
    await mkdir(join(project, "src"));
    await write("src/main.ts", programOf(NAME, "esm"));
    await run("bash", ["-euc", bundling], project);
    expect(await runProgram("dist/main.js", project)).toEqual(resultFor(WIDTH));
  });

  describe.each(FORMATS)("in a bundle of esbuild as %s", (format) => {
    it("runs when the package is left out", async () => {
      const bundle = await bundled(format, "left-out", [NAME, `${NAME}/*`]);
      expect(await runProgram(bundle, project)).toEqual(resultFor(WIDTH));
    });

    it("names the file that a process or thread needs when the package is in it", async () => {
      const bundle = await bundled(format, "inside", ["sharp", "pg", "sequelize*", "umzug"]);
      expect(await failureOf(bundle, project)).toMatch(/Cannot find module '.*hashing-worker\.js'/);
      await mkdir(join(project, format));
      await writeFile(join(project, format, "photo.png"), await noise(10));
      expect(await failureOf(bundle, join(project, format))).toMatch(
        /resource_unavailable .*process\/main\.js is missing\. A bundler must leave/,
      );
    });
  });
});

/** @returns the path of the bundle */
async function bundled(format: Format, name: string, external: string[]): Promise<string> {
  const program = `program.${EXTENSION[format]}`;
  const out = resolve(project, "bundles", name, program);
  // CommonJS in an ES module needs a require, whichever package it is of.
  const require =
    'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';
  const args = [
    ...["--bundle", "--platform=node", `--format=${format}`, `--outfile=${out}`, program],
    ...(format === "esm" ? [`--banner:js=${require}`] : []),
    ...external.map((each) => `--external:${each}`),
  ];
  await run(join(project, "node_modules/.bin/esbuild"), args, project);
  return out;
}
