import { existsSync } from "node:fs";

import { chromium } from "playwright-core";

const PATH = process.env["TEST_CHROMIUM"] ?? "/usr/bin/chromium";

/** Where TEST_CHROMIUM names a browser it has to be there; elsewhere it may be missing. */
export const hasBrowser = process.env["TEST_CHROMIUM"] !== undefined || existsSync(PATH);

/** What to do where there is none: the title of a test that is left out. */
export const BROWSER_WANTED = "install Chromium (apt-get install chromium) or set TEST_CHROMIUM";

/** @returns {Promise<import("playwright-core").Browser>} */
export async function launchBrowser() {
  return chromium.launch({
    executablePath: PATH,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}
