import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

import { folderOf } from "../packages.js";
import { compile, copyTypes, specifierOf, write } from "./compile.js";
import { ADMIN, PROGRAM, writeProgram } from "./program.js";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));

/** The packages that the tarball contains; each is imported by its main entry only. */
const INSIDE = ["object-store", "database", "media-inspection", "media-processing", "s3-provider"];

/** What an application imports, and the module below `lib` that it gets. */
const ENTRIES = {
  ".": "object-store/index",
  "./migrations": "object-store/migrations",
  "./maintenance": "object-store/maintenance",
  "./testing": "object-store/testing",
  "./database": "database/index",
  "./s3": "s3-provider/index",
};

/** What the application has as well, and of which there must be one copy; with the tested ranges. */
const PEERS = {
  "@opentelemetry/api": "^1.3.0",
  pg: "^8.11.0",
  "reflect-metadata": "^0.2.0",
  sequelize: "^6.37.0",
  "sequelize-typescript": "^2.1.6",
};

/** https://semver.org, without build metadata, which npm ignores. */
const VERSION = /^(?=.{1,64}$)\d+\.\d+\.\d+(-[0-9A-Za-z-]+(\.[0-9A-Za-z-]+)*)?$/;

/** The names that npm takes. */
const NAME = /^(?=.{1,214}$)(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/;

/**
 * Packs the object store and the packages of this workspace that it uses into one npm package. It
 * is CommonJS, which every module system loads; ES modules get the same objects through wrappers,
 * so no class and no pool is there twice.
 *
 * @param {{ name: string, version?: string, out: string }} options `name` and `version` of the package, the
 *   latter that of the workspace by default; `out`, a folder
 * @returns {Promise<string>} the path of the tarball
 * @throws {RangeError} if npm would not take the name or the version
 */
export async function packObjectStore({ name, version, out }) {
  if (!NAME.test(name)) {
    const shown = JSON.stringify(name.slice(0, 64));
    throw new RangeError(`name must be one of npm, such as @acme/object-store; got ${shown}`);
  }
  if (version !== undefined && !VERSION.test(version)) {
    const shown = JSON.stringify(version.slice(0, 64));
    throw new RangeError(`version must be such as 1.2.3 or 1.2.3-beta.1; got ${shown}`);
  }
  const stage = await realpath(await mkdtemp(join(tmpdir(), "pack-object-store-")));
  try {
    await writeModules(stage);
    await writeEntries(stage);
    await writeProgram(stage);
    await writeManifest(stage, name, version);
    await writeReadme(stage, name);
    await cp(join(ROOT, "LICENSE"), join(stage, "LICENSE"));
    await mkdir(out, { recursive: true });
    const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", resolve(out)];
    const { stdout } = await promisify(execFile)("npm", args, { cwd: stage });
    const [packed] = Object.values(JSON.parse(stdout));
    return join(resolve(out), packed.filename);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

async function writeModules(stage) {
  const lib = join(stage, "lib");
  const inside = new Map(INSIDE.map((name) => [`@repo/${name}`, join(lib, name, "index.js")]));
  inside.set("uuid", join(lib, "uuid/index.js"));
  const redirect = (specifier, file) => {
    const target = inside.get(specifier);
    return target === undefined ? specifier : specifierOf(file, target);
  };
  for (const name of INSIDE) {
    const [sources, built] = ["src", "dist"].map((each) => join(folderOf(name), each));
    await compile(sources, join(lib, name), redirect);
    await copyTypes(sources, built, join(lib, name), redirect);
  }
  // An ES module only.
  const { resolve: find } = createRequire(join(folderOf("object-store"), "package.json"));
  const uuid = join(find("uuid/package.json"), "..");
  await compile(join(uuid, "dist-node"), join(lib, "uuid"), redirect);
  await cp(join(uuid, "LICENSE.md"), join(lib, "uuid/LICENSE.md"));
}

async function writeEntries(stage) {
  for (const [path, module] of Object.entries(ENTRIES)) {
    const file = join(stage, "lib", `${module}.js`);
    const wrapper = join(stage, "esm", fileOf(path));
    const from = JSON.stringify(specifierOf(wrapper, file));
    await write(`${wrapper}.mjs`, `export { ${await namesIn(module)} } from ${from};\n`);
    await write(`${wrapper}.d.mts`, `export * from ${from};\n`);
    if (path === ".") continue;
    // For resolvers that do not read "exports".
    const folder = { main: `../lib/${module}.js`, types: `../lib/${module}.d.ts` };
    await writeJson(join(stage, path, "package.json"), folder);
  }
}

/** The values that a module exports. */
async function namesIn(module) {
  const [name, file] = module.split("/");
  const exported = await import(pathToFileURL(join(folderOf(name), "dist", `${file}.js`)).href);
  return Object.keys(exported).join(", ");
}

async function writeManifest(stage, name, given) {
  const workspace = await readFile(join(ROOT, "pnpm-workspace.yaml"), "utf8");
  const [, catalog] = /^catalog:\n([^]*?)^\S/m.exec(workspace);
  const manifests = await Promise.all([...INSIDE.map(folderOf), ADMIN].map(manifestIn));
  const dependencies = manifests
    .flatMap((manifest) => Object.entries(manifest.dependencies ?? {}))
    .filter(([each]) => !each.startsWith("@repo/") && each !== "uuid" && !(each in PEERS))
    .map(([each, range]) => [each, range === "catalog:" ? rangeIn(catalog, each) : range])
    .toSorted();
  const [{ version, description, license, engines }] = manifests;
  await writeJson(join(stage, "package.json"), {
    name,
    version: given ?? version,
    description,
    license,
    type: "commonjs",
    engines,
    main: `./lib/${ENTRIES["."]}.js`,
    types: `./lib/${ENTRIES["."]}.d.ts`,
    exports: {
      ...Object.fromEntries(
        Object.entries(ENTRIES).map(([path, module]) => [path, conditions(path, module)]),
      ),
      "./package.json": "./package.json",
    },
    bin: { "object-store-admin": `./${PROGRAM}` },
    dependencies: Object.fromEntries(dependencies),
    peerDependencies: PEERS,
  });
}

function conditions(path, module) {
  const [lib, esm] = [`./lib/${module}`, `./esm/${fileOf(path)}`];
  return {
    import: { types: `${esm}.d.mts`, default: `${esm}.mjs` },
    require: { types: `${lib}.d.ts`, default: `${lib}.js` },
  };
}

/** The workspace's names in the README become those of the package. */
async function writeReadme(stage, name) {
  const text = await readFile(join(folderOf("object-store"), "README.md"), "utf8");
  const renamed = text
    .replaceAll("@repo/object-store", name)
    .replaceAll("@repo/s3-provider", `${name}/s3`)
    .replaceAll("@repo/database", `${name}/database`);
  await write(join(stage, "README.md"), renamed);
}

async function manifestIn(folder) {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
}

function rangeIn(catalog, name) {
  const [, range] = new RegExp(`^  "?${name}"?: (.+)$`, "m").exec(catalog) ?? [];
  if (range === undefined) throw new Error(`${name} is not in the catalog`);
  return range;
}

function fileOf(path) {
  return path === "." ? "index" : path.slice("./".length);
}

function writeJson(path, value) {
  return write(path, `${JSON.stringify(value, null, 2)}\n`);
}
