import { Deck } from "./deck.js";
import type { Operation, Site } from "./operation.js";
import { deleteFile } from "./operations/delete-file.js";
import { download } from "./operations/download.js";
import { list } from "./operations/list.js";
import { upload } from "./operations/upload.js";
import { urls } from "./operations/urls.js";

const fromMemory = upload("uploadFromMemory", "fromMemory");
const byPath = upload("uploadByPath", "byPath");
const asStream = upload("uploadAsStream", "asStream");

/** More uploads than deletions: the shelf fills up, and then each upload too many deletes instead. */
const MIX: ReadonlyMap<Operation, number> = new Map([
  [fromMemory, 10],
  [byPath, 1],
  [asStream, 1],
  [download, 10],
  [list, 6],
  [urls, 5],
  [deleteFile, 7],
]);
const UPLOADS: ReadonlySet<Operation> = new Set([fromMemory, byPath, asStream]);

/** Works on the site with so many workers until the signal; ends with their last operations. */
export async function runLoad(
  site: Site,
  { concurrency, signal }: { concurrency: number; signal: AbortSignal },
): Promise<void> {
  const deck = new Deck(MIX);
  const worker = async (): Promise<void> => {
    while (!signal.aborted) {
      const drawn = deck.draw();
      const operation = UPLOADS.has(drawn) && site.shelf.isFull ? deleteFile : drawn;
      await attempt(operation, site);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

async function attempt({ name, run }: Operation, site: Site): Promise<void> {
  try {
    if (await run(site)) site.tally.succeeded(name);
  } catch (error) {
    site.tally.failed(name, error);
  }
}
