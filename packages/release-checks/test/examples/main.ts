import { readFile } from "node:fs/promises";

import { User } from "@repo/database";

import { createTables } from "./create-tables.js";
import { openApp } from "./open-app.js";
import { startServers } from "./servers.js";
import { changePicture, signUp } from "./sign-up.js";

const [, , portrait = "portrait.jpg"] = process.argv;
const servers = await startServers(".data/podcasts");
await createTables(servers.databaseUrl);
const app = openApp({ ...servers, bucket: "media" });

const userId = await signUp(`${Date.now()}@example.com`);
console.log(await changePicture(app, userId, await readFile(portrait)));
console.log("Users so far:", await User.count());

await app.close();
await servers.stop();
