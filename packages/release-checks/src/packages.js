import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of all packages. */
export const PACKAGES = fileURLToPath(new URL("../../", import.meta.url));

/** The packages that applications depend on. */
export const PRODUCT = [
  "object-store",
  "media-inspection",
  "media-processing",
  "s3-provider",
  "database",
  "user-avatars",
  "direct-upload-client",
];

/** @param {string} name a package's folder */
export function folderOf(name) {
  return join(PACKAGES, name);
}

/**
 * The entries of a package as it exports them, with their declarations.
 *
 * @param {string} name a package's folder
 * @returns {{ entry: string, types: string }[]} `entry` as an import writes it; `types` is a path
 */
export function entriesOf(name) {
  const folder = folderOf(name);
  const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return Object.entries(manifest.exports).map(([path, { types }]) => ({
    entry: `${manifest.name}${path.slice(1)}`,
    types: join(folder, types),
  }));
}
