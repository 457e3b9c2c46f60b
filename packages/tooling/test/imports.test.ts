import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

import { describe, expect, it } from "@jest/globals";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** Imports of types count as well. */
const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)\.js"/g;

/** Maps each source file to the source files that it imports. */
type Graph = ReadonlyMap<string, readonly string[]>;

function importsOf(sources: ReadonlyMap<string, string>): Graph {
  return new Map(
    [...sources].map(([file, text]) => [
      file,
      [...text.matchAll(IMPORT)]
        .map(([, path = ""]) => `${normalize(join(dirname(file), path))}.ts`)
        .filter((imported) => sources.has(imported)),
    ]),
  );
}

/** One circle of imports, from a file back to itself; undefined where there is none. */
function circleIn(graph: Graph): readonly string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, path: readonly string[]): readonly string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const imported of graph.get(file) ?? []) {
      const circle = visit(imported, [...path, file]);
      if (circle !== undefined) return circle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const circle = visit(file, []);
    if (circle !== undefined) return circle;
  }
  return undefined;
}

/** The folders of the object store; each imports only those before it. */
const LAYERS = [
  "models",
  "telemetry",
  "repo",
  "rendering",
  "upload",
  "variants",
  "dto",
  "service",
  "maintenance",
  "testing",
];

/** Imports from a folder of the object store to one that is above it. */
function arrowsUp(graph: Graph): string[] {
  const layerOf = (file: string): number =>
    LAYERS.indexOf(/^packages\/object-store\/src\/([^/]+)\//.exec(file)?.[1] ?? "");
  return [...graph].flatMap(([file, imports]) =>
    imports
      .filter((imported) => layerOf(file) >= 0 && layerOf(imported) > layerOf(file))
      .map((imported) => `${file} → ${imported}`),
  );
}

function sourcesOfRepository(): Map<string, string> {
  const folders = ["packages", "apps"].flatMap((top) =>
    readdirSync(join(ROOT, top)).map((name) => `${top}/${name}/src`),
  );
  const files = folders
    .filter((folder) => existsSync(join(ROOT, folder)))
    .flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true }).map(
        (file) => `${folder}/${String(file)}`,
      ),
    );
  return new Map(
    files
      .filter((file) => file.endsWith(".ts"))
      .map((file) => [file, readFileSync(join(ROOT, file), "utf8")]),
  );
}

describe("imports", () => {
  const graph = importsOf(sourcesOfRepository());

  it("form no circle in the whole repository", () => {
    expect(graph.size).toBeGreaterThan(300);
    expect(circleIn(graph)).toBeUndefined();
  });

  it("go down only between the folders of the object store", () => {
    expect(arrowsUp(graph)).toEqual([]);
  });

  it("are found where they form a circle or go up", () => {
    const folder = "packages/object-store/src";
    const planted = importsOf(
      new Map([
        [`${folder}/repo/a.ts`, `import type { B } from "../service/b.js";`],
        [`${folder}/service/b.ts`, `export { A } from "../repo/a.js";`],
      ]),
    );
    expect(circleIn(planted)).toHaveLength(3);
    expect(arrowsUp(planted)).toEqual([`${folder}/repo/a.ts → ${folder}/service/b.ts`]);
  });
});
