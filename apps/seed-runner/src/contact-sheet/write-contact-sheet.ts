import { createWriteStream } from "node:fs";
import { access, constants, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";

import { SetupError } from "@repo/command-line/setup-error";
import { UsageError } from "@repo/command-line/usage-error";
import { type FileEvent, isKept, type RefusedEvent, type Summary } from "../reporting/events.js";
import { statIfExists } from "../stat-if-exists.js";
import { card } from "./card.js";
import { MediaEmbedder } from "./media-embedder.js";
import { filters, head, header, refusals } from "./page.js";
import type { DrawSound } from "./sound/draw-sound.js";

export interface ContactSheet {
  events: readonly FileEvent[];
  summary: Summary;
  /** Whether cards link to the signed URLs. */
  linkUrls: boolean;
  drawSound: DrawSound;
  signal: AbortSignal;
}

/**
 * Finds out before the work whether the page can be written after it.
 *
 * @throws UsageError
 */
export async function checkReportPath(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    await access(folder, constants.W_OK);
  } catch (cause) {
    throw new UsageError(`--report cannot be written: the folder ${folder} is missing or closed.`, {
      cause,
    });
  }
  const existing = await statIfExists(path);
  if (existing !== undefined && !existing.isFile()) {
    throw new UsageError(`--report takes a file, but ${path} is a folder or a device.`);
  }
}

/**
 * Writes a page that shows what became of every file and needs nothing but itself. It appears
 * when it is complete.
 *
 * @throws SetupError
 */
export async function writeContactSheet(path: string, sheet: ContactSheet): Promise<void> {
  const unfinished = `${path}.${process.pid}.tmp`;
  try {
    await pipeline(pageParts(sheet), createWriteStream(unfinished, { flags: "wx" }), {
      signal: sheet.signal,
    });
    await rename(unfinished, path);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new SetupError(`The contact sheet could not be written to ${path}.`, { cause });
  }
}

async function* pageParts(sheet: ContactSheet): AsyncGenerator<string> {
  const { events, summary, linkUrls, drawSound, signal } = sheet;
  const kept = events.filter(isKept);
  const refused = events.filter((event): event is RefusedEvent => !isKept(event));
  const owners = [...new Set(kept.map(({ owner }) => owner))];
  const embedder = new MediaEmbedder(drawSound, signal);

  yield '<!doctype html>\n<html lang="en">\n';
  yield head(owners).markup;
  yield "\n<body>\n";
  yield header(summary, new Date()).markup;
  yield "\n<main>\n";
  yield filters(owners).markup;
  yield kept.length > 0 ? "" : '\n<p class="empty">No file was stored.</p>';
  yield '\n<ul class="cards">\n';
  for (const event of kept) {
    const embedded = await embedder.embed(event);
    const ownerIndex = owners.indexOf(event.owner);
    yield card(event, { embedded, ownerIndex, linkUrls }).markup;
  }
  yield "\n</ul>\n";
  for (const [title, outcome] of [
    ["Rejected", "rejected"],
    ["Failed", "failed"],
  ] as const) {
    yield refusals(
      title,
      refused.filter(({ event }) => event === outcome),
    ).markup;
  }
  yield "\n</main>\n</body>\n</html>\n";
}
