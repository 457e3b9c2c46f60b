import { existsSync } from "node:fs";

import { type Browser, chromium } from "playwright-core";

const PATH = process.env["TEST_CHROMIUM"] ?? "/usr/bin/chromium";

/** Where TEST_CHROMIUM names a browser it has to be there; elsewhere it may be missing. */
export const hasBrowser = process.env["TEST_CHROMIUM"] !== undefined || existsSync(PATH);

export async function launchBrowser(): Promise<Browser> {
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
