import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { folderOf, PACKAGES } from "../packages.js";
import { specifierOf, write } from "./compile.js";

/** The entries of the package that the program imports, by their names in the workspace. */
const ENTRIES = {
  "@repo/database": "database",
  "@repo/object-store/maintenance": "maintenance",
  "@repo/object-store/migrations": "migrations",
  "@repo/s3-provider": "s3",
};

/** The folder of the program. */
export const ADMIN = join(PACKAGES, "../apps/object-store-admin");

/** The program's file below the package. */
export const PROGRAM = "program/object-store-admin.mjs";

/**
 * Copies `object-store-admin` and what it needs of `command-line`, as the ES modules that they are,
 * over the entries of the package.
 *
 * @param {string} stage the folder of the package
 */
export async function writeProgram(stage) {
  const to = join(stage, "program");
  const tools = folderOf("command-line");
  const written = new Set();
  const copy = async (folder, path) => {
    const out = join(to, basename(folder), path);
    if (written.has(out)) return;
    written.add(out);
    const source = await readFile(join(folder, "dist", path), "utf8");
    const needed = [];
    const code = source
      .replace(/^\/\/# sourceMappingURL=.*$/m, "")
      .replaceAll(/(\bfrom |\bimport(?:\(| ))"([^"]+)"/g, (whole, before, specifier) => {
        const entry = ENTRIES[specifier];
        if (entry !== undefined) {
          return `${before}"${specifierOf(out, join(stage, "esm", `${entry}.mjs`))}"`;
        }
        if (specifier.startsWith(".")) {
          needed.push([folder, join(dirname(path), specifier)]);
          return whole;
        }
        const [, module] = /^@repo\/command-line\/(.+)$/.exec(specifier) ?? [];
        if (module === undefined) return whole;
        needed.push([tools, `${module}.js`]);
        return `${before}"${specifierOf(out, join(to, "command-line", `${module}.js`))}"`;
      });
    await write(out, code);
    for (const each of needed) await copy(...each);
  };
  await copy(ADMIN, "main.js");
  await write(join(to, "package.json"), `${JSON.stringify({ type: "module" })}\n`);
  const start = '#!/usr/bin/env node\nimport "./object-store-admin/main.js";\n';
  await write(join(stage, PROGRAM), start);
}
