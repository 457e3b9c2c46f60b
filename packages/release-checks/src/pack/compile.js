import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import ts from "typescript";

const BASE = fileURLToPath(new URL("../../../../tsconfig.base.json", import.meta.url));
const { config } = ts.readConfigFile(BASE, (path) => readFileSync(path, "utf8"));

/** As the workspace compiles, except for the format: NodeNext keeps `import()` in CommonJS. */
const OPTIONS = {
  ...ts.convertCompilerOptionsFromJson(config.compilerOptions, dirname(BASE)).options,
  allowJs: true,
  declaration: false,
  inlineSources: true,
  moduleDetection: ts.ModuleDetectionKind.Auto,
  verbatimModuleSyntax: false,
};

/** Without a file name, as in an ES module that a bundler made, the program is the best guess. */
const MODULE_URL = `require("node:url").pathToFileURL(typeof __filename === "string" ? __filename : process.argv[1])`;

/**
 * Compiles a folder to CommonJS, with source maps that contain the sources.
 *
 * @param {string} from the folder of the sources
 * @param {string} to the folder of the result
 * @param {(specifier: string, file: string) => string} resolve gives what a file is to import instead
 */
export async function compile(from, to, resolve) {
  for (const path of await filesIn(from, /(?<!\.d)\.[tj]s$/)) {
    const source = await readFile(join(from, path), "utf8");
    const out = join(to, path.replace(/\.ts$/, ".js"));
    const { outputText, sourceMapText } = ts.transpileModule(
      source.replaceAll("import.meta.url", MODULE_URL),
      { compilerOptions: OPTIONS, fileName: path },
    );
    const map = { ...JSON.parse(sourceMapText), sourcesContent: [source] };
    const code = redirect(outputText, out, resolve)
      // Test runners that work with CommonJS alone have no import().
      .replaceAll(/\bimport\("([^"]+)"\)/g, 'Promise.resolve().then(() => require("$1"))');
    await write(out, code);
    await write(`${out}.map`, JSON.stringify(map));
  }
}

/**
 * Copies the declarations that were built of a folder's sources. Others, which a build has left behind
 * for sources that are gone, stay out.
 *
 * @param {string} sources the folder of the sources
 * @param {string} from the folder that they were built to
 * @param {string} to as of `compile`
 * @param {(specifier: string, file: string) => string} resolve as of `compile`
 */
export async function copyTypes(sources, from, to, resolve) {
  for (const source of await filesIn(sources, /(?<!\.d)\.ts$/)) {
    const path = source.replace(/\.ts$/, ".d.ts");
    const out = join(to, path);
    await write(out, redirect(await readFile(join(from, path), "utf8"), out, resolve));
  }
}

/** Writes a file and makes its folder. */
export async function write(path, text) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** As an import of a file names another file. */
export function specifierOf(from, to) {
  const path = relative(dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
}

async function filesIn(folder, pattern) {
  const paths = await readdir(folder, { recursive: true });
  return paths.filter((path) => pattern.test(path));
}

function redirect(code, file, resolve) {
  return code.replaceAll(
    /(\bfrom |\bimport\(|\brequire\()"([^"]+)"/g,
    (_, before, specifier) => `${before}"${resolve(specifier, file)}"`,
  );
}
