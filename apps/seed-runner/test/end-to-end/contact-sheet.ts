import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { BROWSER_WANTED, hasBrowser, launchBrowser } from "@repo/tooling/browser";
import { pathToFileURL } from "node:url";

import type { Browser, Page } from "playwright-core";

import type { Line } from "./run-seed.js";

const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 900 };

/** What is used of the browser's own types, which this program does not have otherwise. */
interface ImageElement {
  decode(): Promise<void>;
  naturalWidth: number;
}
interface AudioElement {
  duration: number;
  error: { message: string } | null;
  preload: string;
  load(): void;
  oncanplaythrough: () => void;
  onerror: () => void;
}

/** A page that stands on its own, and all that it asked for. */
interface Opened {
  page: Page;
  requests: string[];
  errors: string[];
}

/** A contact sheet, and the lines about the files that it shows. */
interface Sheet {
  report: string;
  files: Line[];
}

/** The tests of a contact sheet that was made by the time they run. */
export function contactSheetInBrowser(sheet: () => Sheet): void {
  if (!hasBrowser) {
    it.todo(`opens in a browser: ${BROWSER_WANTED}`);
    return;
  }
  let browser: Browser;
  let report: string;
  let files: Line[];

  beforeAll(async () => {
    ({ report, files } = sheet());
    browser = await launchBrowser();
  }, 120_000);

  afterAll(() => browser.close());

  async function open(options: Parameters<Browser["newPage"]>[0]): Promise<Opened> {
    const page = await browser.newPage(options);
    const requests: string[] = [];
    const errors: string[] = [];
    page.on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => {
      if (message.type() === "error") errors.push(message.text());
    });
    await page.goto(pathToFileURL(report).href);
    return { page, requests, errors };
  }

  it("shows every image and plays every sound, and asks for nothing but itself", async () => {
    const { page, requests, errors } = await open({ viewport: DESKTOP });
    const images = await page.locator("img").evaluateAll(async (elements) =>
      Promise.all(
        (elements as unknown as ImageElement[]).map(async (image) => {
          await image.decode();
          return image.naturalWidth > 0;
        }),
      ),
    );
    const sounds = await page.locator("audio").evaluateAll(async (elements) =>
      Promise.all(
        (elements as unknown as AudioElement[]).map(
          (sound) =>
            new Promise<number | string>((resolve) => {
              sound.oncanplaythrough = () => {
                resolve(sound.duration);
              };
              sound.onerror = () => {
                resolve(sound.error?.message ?? "failed");
              };
              sound.preload = "auto";
              sound.load();
            }),
        ),
      ),
    );
    expect(images).toEqual(files.filter(({ kind }) => kind === "image").map(() => true));
    const durations = files.flatMap(({ durationSeconds }) =>
      typeof durationSeconds === "number" ? [durationSeconds] : [],
    );
    expect(sounds).toHaveLength(durations.length);
    durations.sort((a, b) => a - b);
    sounds
      .map(Number)
      .sort((a, b) => a - b)
      .forEach((duration, at) => {
        expect(Math.abs(duration - (durations[at] ?? 0))).toBeLessThan(0.2);
      });
    expect(errors).toEqual([]);
    expect(requests.filter((url) => !/^(?:file|data|blob):/.test(url))).toEqual([]);
  });

  it.each([
    ["a phone", PHONE],
    ["a desktop", DESKTOP],
  ])("fits the width of %s", async (_, viewport) => {
    const { page } = await open({ viewport });
    const width = await page.evaluate("document.documentElement.scrollWidth");
    expect(width).toBe(viewport.width);
  });

  it("follows the scheme of the reader", async () => {
    const paper = async (colorScheme: "dark" | "light"): Promise<unknown> => {
      const { page } = await open({ colorScheme });
      return page.evaluate("getComputedStyle(document.body).backgroundColor");
    };
    expect(await paper("light")).toBe("rgb(246, 245, 242)");
    expect(await paper("dark")).toBe("rgb(20, 20, 22)");
  });

  it("shows one kind, or one owner, when asked to", async () => {
    const { page } = await open({ viewport: DESKTOP });
    await page.locator("label:has(#kind-audio)").click();
    const sounds = files.filter(({ kind }) => kind === "audio").length;
    expect(await page.locator(".card:visible").count()).toBe(sounds);
    await page.locator("label:has(#owner-0)").click();
    expect(await page.locator(".card:visible").count()).toBeLessThan(sounds);
  });
}
