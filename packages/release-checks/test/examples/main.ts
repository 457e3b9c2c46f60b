import { readFile } from "node:fs/promises";

import { createTables } from "./create-tables.js";
import { openApp } from "./open-app.js";
import { startServers } from "./servers.js";
import { changePicture, signUp } from "./sign-up.js";

const [, , portrait = "portrait.jpg"] = process.argv;
const servers = await startServers(".data");
await createTables(servers.databaseUrl);
const app = openApp({ ...servers, bucket: "media" });

const userId = await signUp(`${Date.now()}@example.com`);
console.log(await changePicture(app, userId, await readFile(portrait)));

await app.close();
await servers.stop();
