import { existsSync } from "node:fs";

import { chromium } from "playwright-core";

const PATH = process.env["TEST_CHROMIUM"] ?? "/usr/bin/chromium";

export const hasBrowser = process.env["TEST_CHROMIUM"] !== undefined || existsSync(PATH);

export const BROWSER_WANTED = "install Chromium (apt-get install chromium) or set TEST_CHROMIUM";

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
