import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { describe, it } from "@jest/globals";
import { BROWSER_WANTED, hasBrowser, launchBrowser } from "@repo/tooling/browser";

import type { uploadDirectly } from "../src/index.js";
import type { Application } from "./support/application.js";
import { describeClient } from "./support/describe-client.js";
import type { Platform } from "./support/platform.js";
import { runTask, type Settings } from "./support/run-task.js";

const DIST = new URL("../dist/", import.meta.url);

const PAGE = `<!doctype html>
<script type="module">
  import { uploadDirectly } from "/dist/index.js";
  globalThis.page = { uploadDirectly, runTask: ${runTask.toString()} };
</script>`;

/** What the page has beside its platform. */
interface PageGlobals {
  page: { uploadDirectly: typeof uploadDirectly; runTask: typeof runTask };
  next: Parameters<typeof runTask>[3];
}

/** Serves the page, the client as it was built, and the files to send. */
async function servePage(application: Application): Promise<Server> {
  const server = createServer((request, response) => {
    const [, folder, name = ""] = (request.url ?? "/").split("/");
    if (folder === "dist") {
      readFile(new URL(name, DIST)).then(
        (script) => response.setHeader("Content-Type", "text/javascript").end(script),
        () => response.writeHead(404).end(),
      );
    } else if (folder === "files") {
      response.end(application[name as "small" | "large"]);
    } else {
      response.setHeader("Content-Type", "text/html").end(PAGE);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

async function openPage(application: Application): Promise<Platform> {
  const server = await servePage(application);
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await application.allow(origin);
  const browser = await launchBrowser();
  return {
    async upload({ file, answers, ...settings }) {
      const page = await browser.newPage();
      const remaining = answers.values();
      await page.exposeFunction("next", () => remaining.next().value?.());
      await page.goto(origin);
      await page.waitForFunction("globalThis.page");
      const run = async ([name, given]: [string, Settings]) => {
        const { page: own, next } = globalThis as unknown as PageGlobals;
        const body = await (await fetch(`/files/${name}`)).blob();
        return own.runTask(own.uploadDirectly, body, given, next);
      };
      const outcome = await page.evaluate(run, [file, settings] as [string, Settings]);
      await page.close();
      return outcome;
    },
    async close() {
      await browser.close();
      server.closeAllConnections();
      server.close();
    },
  };
}

if (hasBrowser) {
  describeClient("the client in Chromium, by XMLHttpRequest", openPage);
} else {
  describe("the client in Chromium", () => {
    it.todo(`sends files: ${BROWSER_WANTED}`);
  });
}
