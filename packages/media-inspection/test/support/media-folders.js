import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const BESIDE_REPOSITORY = fileURLToPath(new URL("../../../../../shared", import.meta.url));
const FOLDERS = ["corpus", "odd"].map((name) =>
  resolve(process.env[`TEST_${name.toUpperCase()}`] ?? join(BESIDE_REPOSITORY, name)),
);

/** The real and the odd files, with their class; says where there are none. */
export function collectedFiles() {
  return FOLDERS.flatMap((folder) => {
    const manifest = join(folder, "manifest.json");
    if (!existsSync(manifest)) {
      console.log(`no media files in ${folder}: set TEST_CORPUS and TEST_ODD to use more`);
      return [];
    }
    return JSON.parse(readFileSync(manifest, "utf8")).map(({ file, class: kind }) => ({
      name: file,
      isValid: kind === "valid",
      bytes: readFileSync(join(folder, file)),
    }));
  });
}
