import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, posix, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { Application } from "typedoc";

import { entriesOf, PACKAGES, PRODUCT } from "./packages.js";

const TSCONFIG = fileURLToPath(new URL("../tsconfig.reference.json", import.meta.url));

/**
 * The documents that describe the public interfaces, made from the docstrings: the text by its path
 * below `docs`.
 *
 * @returns {Promise<Map<string, string>>}
 */
export async function reference() {
  const out = await mkdtemp(join(tmpdir(), "reference-"));
  try {
    const entries = PRODUCT.flatMap(entriesOf);
    await generate(entries, out);
    const files = new Map(entries.map(({ entry, types }) => [moduleOf(types), fileOf(entry)]));
    const pages = await Promise.all(entries.map((entry) => page(entry, out, files)));
    return new Map([["reference.md", indexOf(entries)], ...pages]);
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

async function generate(entries, out) {
  const app = await Application.bootstrapWithPlugins({
    entryPoints: entries.map(({ types }) => types),
    basePath: PACKAGES,
    tsconfig: TSCONFIG,
    plugin: ["typedoc-plugin-markdown"],
    readme: "none",
    disableSources: true,
    excludeExternals: true,
    excludePrivate: true,
    excludeProtected: true,
    skipErrorChecking: true,
    logLevel: "Error",
    outputs: [{ name: "markdown", path: out }],
    outputFileStrategy: "modules",
    hideBreadcrumbs: true,
    hidePageHeader: true,
    hidePageTitle: true,
    useCodeBlocks: true,
    parametersFormat: "table",
  });
  const project = await app.convert();
  if (project === undefined) throw new Error("typedoc could not read the declarations");
  await app.generateOutputs(project);
}

/** typedoc names a module after its file, and calls the index of a folder by the folder. */
function moduleOf(types) {
  return relative(PACKAGES, types).replace(/(?:\/index)?\.d\.ts$/, ".md");
}

/** @param files by module, the name of its page */
async function page({ entry, types }, out, files) {
  const module = moduleOf(types);
  const generated = await readFile(join(out, module), "utf8");
  const text = generated
    .replace(/\]\(([^)#:]+\.md)/g, (_, link) => {
      const target = posix.join(posix.dirname(module), link);
      return `](${files.get(target) ?? target}`;
    })
    // The plugin takes the property `code` of an error X for a namesake of the type XCode.
    .replace(/\(#(\w+errorcode)-1\)/g, "(#$1)");
  const heading = `# \`${entry}\`\n\nGenerated from the docstrings; see the [overview](../reference.md).`;
  return [`reference/${fileOf(entry)}`, `${heading}\n\n${text.trim()}\n`];
}

function fileOf(entry) {
  return `${entry.slice("@repo/".length).replaceAll("/", "-")}.md`;
}

function indexOf(entries) {
  const lines = entries.map(
    ({ entry, types }) => `- [\`${entry}\`](reference/${fileOf(entry)}): ${about(types)}`,
  );
  return `# Reference

Every public name, with what it means, its units and the errors that it throws. It is generated from
the docstrings by \`pnpm reference\`, and a test tells when it is out of date. For a way in, read the
[guide](guide.md).

${lines.join("\n")}
`;
}

const ABOUT = {
  "object-store/index": "the module: images and audio through scopes",
  "object-store/maintenance": "what operators run: sweep, audit, verify, erase, usage",
  "object-store/migrations": "its tables",
  "object-store/testing": "the module in memory, injected faults and the contract of a storage",
  "media-inspection/index": "what an image or a sound is, from its bytes alone",
  "media-processing/index": "native code on users' bytes, in processes that can be killed",
  "s3-provider/index": "one bucket of any S3 server",
  "database/index": "connections, models and migrations",
  "user-avatars/index": "the worked example of a feature",
  "direct-upload-client/index": "what sends files from browsers straight to S3",
};

function about(types) {
  const key = `${relative(PACKAGES, types).split("/")[0]}/${basename(types, ".d.ts")}`;
  const text = ABOUT[key];
  if (text === undefined) throw new Error(`say in reference.js what ${key} is`);
  return text;
}
