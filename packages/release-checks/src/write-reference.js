import { mkdir, rm, writeFile } from "node:fs/promises";

import { reference } from "./reference.js";

const docs = new URL("../../../docs/", import.meta.url);
await rm(new URL("reference", docs), { recursive: true, force: true });
await mkdir(new URL("reference", docs));
for (const [path, text] of await reference()) await writeFile(new URL(path, docs), text);
