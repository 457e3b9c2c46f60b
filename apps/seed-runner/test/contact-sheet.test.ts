import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { SetupError } from "@repo/command-line/setup-error";
import { type ContactSheet, writeContactSheet } from "../src/contact-sheet/write-contact-sheet.js";
import { VariantRead } from "@repo/object-store";
import type { SoundPicture } from "../src/contact-sheet/sound/sound-picture.js";
import type { FileEvent } from "../src/reporting/events.js";
import { audio, image, kept, refused, SUMMARY } from "./fixtures.js";
import { tempFolder } from "./temp-folder.js";

const HOSTILE = `"><img src=x onerror=alert(1)>'&amp;<script>alert(2)</script>`;

let folder: string;
let remove: () => Promise<void>;
let server: Server;
let url: string;

beforeAll(async () => {
  ({ path: folder, remove } = await tempFolder());
  server = createServer((request, response) => {
    response.statusCode = request.url === "/gone" ? 404 : 200;
    response.end("bytes");
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a?X-Amz-Date=1&X-Amz-Sign=2`;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await remove();
});

let pages = 0;
let picture: SoundPicture = { kind: "waveform", levels: [0, 0.5, 1] };
const findThumbnail = (): Promise<undefined> => Promise.resolve(undefined);
const drawSound = (): Promise<SoundPicture> => Promise.resolve(picture);

afterEach(() => {
  picture = { kind: "waveform", levels: [0, 0.5, 1] };
});

async function render(events: FileEvent[], options: Partial<ContactSheet> = {}): Promise<string> {
  const path = join(folder, `page-${(pages += 1)}.html`);
  const { signal } = new AbortController();
  await writeContactSheet(path, {
    events,
    summary: SUMMARY,
    linkUrls: false,
    findThumbnail,
    drawSound,
    signal,
    ...options,
  });
  return readFile(path, "utf8");
}

describe("the contact sheet", () => {
  it("embeds images and audio as data: URIs", async () => {
    const page = await render([kept({ url }), kept({ url, file: audio() })]);
    const data = Buffer.from("bytes").toString("base64");
    expect(page).toMatch(new RegExp(`<img\\s+src="data:image/png;base64,${data}"`));
    expect(page).toMatch(/<audio\s+controls\s+preload="metadata"\s+src="data:audio\/mpeg;base64,/);
  });

  it("asks the network for nothing: no script, no address, and a policy that forbids both", async () => {
    const page = await render([kept({ url }), kept({ url, file: audio() }), refused()]);
    expect(page).not.toMatch(/<script|https?:|\bon\w+=/i);
    const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? "";
    expect(policy).toContain("default-src &#39;none&#39;");
    expect(policy).not.toContain("script-src");
    const style = /<style>([^]*)<\/style>/.exec(page)?.[1] ?? "";
    const digest = createHash("sha256").update(style).digest("base64");
    expect(policy).toContain(`style-src &#39;sha256-${digest}&#39;`);
    expect(style).not.toMatch(/url\(|@import/);
    expect(page).not.toMatch(/ style=/);
  });

  it("draws a sound as bars about a middle line", async () => {
    const page = await render([kept({ url, file: audio() })]);
    expect(page).toContain('<path d="M2 49v2M6 25v50M10 0v100" />');
    expect(page).toContain('aria-label="Waveform"');
  });

  it("says what it draws when that is no waveform, and why it draws nothing", async () => {
    picture = { kind: "data-rate", levels: [1] };
    expect(await render([kept({ url, file: audio() })])).toContain(
      '<p class="caption">Data rate, as AAC is not decoded here</p>',
    );
    picture = { kind: "none", reason: "alac is not decoded here." };
    const page = await render([kept({ url, file: audio() })]);
    expect(page).toContain("No waveform. alac is not decoded here.");
    expect(page).toContain("<audio");
  });

  it("shows hostile names and tags as text", async () => {
    const tags = { title: HOSTILE, artist: HOSTILE, album: HOSTILE };
    const page = await render([
      kept({ url, path: HOSTILE, owner: HOSTILE }),
      kept({ url, path: HOSTILE, owner: HOSTILE, file: audio({ tags, filename: HOSTILE }) }),
      refused({ path: HOSTILE, message: HOSTILE, code: HOSTILE }),
    ]);
    expect(page).not.toContain("<img src=x");
    expect(page).not.toContain("<script>");
    expect(page).toContain(
      "&quot;&gt;&lt;img src=x onerror=alert(1)&gt;&#39;&amp;amp;&lt;script&gt;",
    );
  });

  it("tells what is known of each file", async () => {
    const file = audio({ tags: { title: "Kite", artist: "Ada", album: "Sky" }, lossless: true });
    const page = await render([kept({ url, file, owner: "ada@example.com" })]);
    const facts = ["Kite", "Ada · Sky", "1:15", "128 kb/s", "44.1 kHz, stereo", "ada@example.com"];
    for (const fact of [...facts, file.id, file.sha256]) expect(page).toContain(fact);
  });

  it("puts a checkerboard behind images with transparency only", async () => {
    const opaque = await render([kept({ url })]);
    const transparent = await render([kept({ url, file: image({ hasAlpha: true }) })]);
    expect(opaque).not.toContain('class="media checkered"');
    expect(transparent).toContain('class="media checkered"');
  });

  it("lists refused files with code and reason, rejected ones apart from failed ones", async () => {
    const failed = refused({
      event: "failed",
      path: "b.gif",
      code: "fetch_failed",
      message: "503",
    });
    const page = await render([refused(), failed]);
    expect(page).toMatch(/Rejected [^]*photos\/notes\.txt[^]*unsupported_media_type[^]*plain text/);
    expect(page).toMatch(/Failed [^]*b\.gif[^]*fetch_failed[^]*503/);
    expect(page).toContain("No file was stored.");
  });

  it("offers each owner and kind as a filter", async () => {
    const page = await render([kept({ url }), kept({ url, owner: "ada@example.com" })]);
    expect(page).toContain('id="owner-1"');
    expect(page).toContain('body:has(#owner-1:checked) .card:not([data-owner="1"])');
    expect(page).toContain('data-kind="image" data-owner="1"');
  });

  it("links to the signed URLs only where they last", async () => {
    expect(await render([kept({ url })], { linkUrls: false })).not.toContain("<a ");
    const served = await render([kept({ url })], { linkUrls: true });
    expect(served).toContain(`href="${url.replaceAll("&", "&amp;")}"`);
  });

  it.each([
    ["is large", { byteSize: 2_000_001 }, /2 MB is too much to embed/],
    ["unfolds to many pixels", { width: 65_535, height: 65_535 }, /pixels are too many to show/],
  ])("leaves out what %s and says so", async (_, facts, reason) => {
    const page = await render([kept({ url: `${url}/unused`, file: image(facts) })]);
    expect(page).toMatch(reason);
    expect(page).not.toContain("<img");
  });

  it("shows the thumbnail of an image, however large the image is", async () => {
    const thumbnail = Object.assign(new VariantRead(), { url, contentType: "image/webp" });
    const file = image({ byteSize: 9_000_000, width: 65_535, height: 65_535 });
    const page = await render([kept({ url: `${url}/unused`, file })], {
      findThumbnail: () => Promise.resolve(Object.assign(thumbnail, { byteSize: 5 })),
    });
    expect(page).toMatch(/<img\s+src="data:image\/webp;base64,/);
  });

  it("shows the other files when one cannot be read back", async () => {
    const gone = kept({ path: "gone.png", url: new URL("/gone", url).href });
    const page = await render([gone, kept({ url, path: "there.png" })]);
    expect(page).toContain("The signed URL answered 404.");
    expect(page.match(/<img/g)).toHaveLength(1);
  });

  it("stops embedding when the page is full", async () => {
    const large = kept({ url, file: image({ byteSize: 2_000_000 }) });
    let asked = 0;
    const page = await render(
      Array.from({ length: 20 }, () => large),
      {
        findThumbnail: () => {
          asked += 1;
          return findThumbnail();
        },
      },
    );
    expect(page.match(/<img/g)).toHaveLength(8);
    expect(page.match(/no room left/g)).toHaveLength(12);
    expect(asked).toBe(9);
  });
});

describe("writing the contact sheet", () => {
  it("leaves nothing behind when it is interrupted, and an older page as it was", async () => {
    const { path, remove: removeOwn } = await tempFolder();
    try {
      const page = join(path, "page.html");
      await writeFile(page, "older");
      const interrupted = {
        signal: AbortSignal.abort(),
        summary: SUMMARY,
        linkUrls: false,
        findThumbnail,
        drawSound,
      };
      await expect(
        writeContactSheet(page, { ...interrupted, events: [kept({ url })] }),
      ).rejects.toThrow(SetupError);
      expect(await readdir(path)).toEqual(["page.html"]);
      expect(await readFile(page, "utf8")).toBe("older");
    } finally {
      await removeOwn();
    }
  });
});
