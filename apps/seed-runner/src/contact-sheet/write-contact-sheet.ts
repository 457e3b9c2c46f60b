import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

import { SetupError } from "@repo/command-line/setup-error";
import { type FileEvent, isKept, type RefusedEvent, type Summary } from "../reporting/events.js";
import { card } from "./card.js";
import { MediaEmbedder } from "./media-embedder.js";
import { filters, head, header, refusals } from "./page.js";
import { unfinishedPath } from "./report-target.js";
import type { DrawSound } from "./sound/draw-sound.js";
import type { FindThumbnail } from "./thumbnails.js";

export interface ContactSheet {
  events: readonly FileEvent[];
  summary: Summary;
  /** Whether cards link to the signed URLs. */
  linkUrls: boolean;
  findThumbnail: FindThumbnail;
  drawSound: DrawSound;
  signal: AbortSignal;
}

/**
 * Writes a page that shows what became of every file and needs nothing but itself. It appears
 * when it is complete.
 *
 * @param target as `findReportTarget` gives it
 * @throws SetupError
 */
export async function writeContactSheet(target: string, sheet: ContactSheet): Promise<void> {
  const unfinished = unfinishedPath(target);
  try {
    await pipeline(pageParts(sheet), createWriteStream(unfinished, { flags: "wx" }), {
      signal: sheet.signal,
    });
    await rename(unfinished, target);
  } catch (cause) {
    await rm(unfinished, { force: true });
    throw new SetupError(`The contact sheet could not be written to ${target}.`, { cause });
  }
}

async function* pageParts(sheet: ContactSheet): AsyncGenerator<string> {
  const { events, summary, linkUrls, findThumbnail, drawSound, signal } = sheet;
  const kept = events.filter(isKept);
  const refused = events.filter((event): event is RefusedEvent => !isKept(event));
  const owners = [...new Set(kept.map(({ owner }) => owner))];
  const embedder = new MediaEmbedder(findThumbnail, drawSound, signal);

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
