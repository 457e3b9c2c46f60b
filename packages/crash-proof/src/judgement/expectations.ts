import type { ShownVariant } from "../job.js";
import type { Scene } from "../site/scene.js";
import type { Call, Fate } from "./calls.js";
import { storedBy, type Storing } from "./stored-by.js";

/** A file by its id, and whether it has to be there. */
export interface ExpectedFile {
  /** Those that it may have. */
  sha256s: readonly string[];
  fate: Fate;
}

/** What has to be true in the end. For a file, `applied` means that it is there. */
export interface Expectations {
  files: ReadonlyMap<string, ExpectedFile>;
  /** SHA-256 of uploads of which nobody knows: each may have made one file. */
  openUploads: readonly string[];
  /** The titles that a file may have. */
  titles: ReadonlyMap<string, readonly (string | null)[]>;
  /** Whether a file may be in the trash, and out of it; every other is out of it. */
  trashed: ReadonlyMap<string, readonly boolean[]>;
  /** What direct uploads have become: the id of a file, or null for one that was cancelled. */
  directUploads: ReadonlyMap<string, string | null>;
  shownVariants: readonly ShownVariant[];
  /** Recipes whose variants a file has from its beginning, by its SHA-256. */
  variantsOfUploads: ReadonlyMap<string, readonly string[]>;
  /** Whether every file has the variants of all recipes, and no other. */
  isFilled: boolean;
  /** Whether a variant could not be made, by the id of its file: `applied` means that it was said. */
  refusals: ReadonlyMap<string, Fate>;
  /** Calls that came true together or not at all. */
  together: readonly Call[];
}

export function expectationsOf(scene: Scene, calls: readonly Call[]): Expectations {
  const files = new Map<string, ExpectedFile>();
  const { stage, bystander } = scene;
  const known = [...stage.files, bystander];
  for (const { id, sha256 } of known) files.set(id, { sha256s: [sha256], fate: "applied" });
  const openUploads: Storing[] = [];
  const titles = new Map<string, (string | null)[]>();
  const trashed = new Map<string, boolean[]>();
  for (const id of [...scene.trashed, ...scene.overdue]) trashed.set(id, [true]);
  // Any sweep may delete them.
  for (const id of scene.overdue) {
    const file = files.get(id);
    if (file !== undefined) file.fate = "open";
  }
  const shownVariants = [...scene.variants];
  const variantsOfUploads = new Map<string, readonly string[]>();
  const refusals = new Map<string, Fate>();
  for (const { intent, fate, id, s3Key, failures, code } of calls) {
    const stored = storedBy(intent);
    if (stored?.variants !== undefined) variantsOfUploads.set(stored.sha256, stored.variants);
    if (stored !== undefined) {
      if (id !== undefined) files.set(id, { sha256s: [stored.sha256], fate });
      else if (fate === "open") openUploads.push(stored);
    } else if (intent.do === "delete") {
      const file = files.get(intent.id);
      if (file !== undefined && !scene.inUse.includes(intent.id)) file.fate = opposite(fate);
    } else if (intent.do === "update") {
      const before = titles.get(intent.id) ?? [null];
      const after = { applied: [intent.title], undone: before, open: [...before, intent.title] };
      titles.set(intent.id, after[fate]);
    } else if (intent.do === "trash" || intent.do === "restore") {
      const before = trashed.get(intent.id) ?? [false];
      const isTrashed = intent.do === "trash";
      const after = { applied: [isTrashed], undone: before, open: [...before, isTrashed] };
      trashed.set(intent.id, after[fate]);
    } else if (intent.do === "strip") {
      const left = failures.map((failure) => failure.id);
      for (const { id: fileId, strippedSha256 } of known) {
        const file = files.get(fileId);
        if (file === undefined) continue;
        const isDone = fate === "applied" && !left.includes(fileId);
        file.sha256s = isDone ? [strippedSha256] : [...file.sha256s, strippedSha256];
      }
    } else if (intent.do === "variant" || intent.do === "show") {
      const { id: fileId } = intent;
      if (s3Key !== undefined) shownVariants.push({ fileId, s3Key });
      else if (code === "variant_failed") refusals.set(fileId, "applied");
      else if (fate === "open" && !refusals.has(fileId)) refusals.set(fileId, "open");
    }
  }
  const acknowledged = calls.filter(({ fate }) => fate === "applied");
  const keysDone = new Set(acknowledged.map(({ intent }) => storedBy(intent)?.key));
  return {
    files,
    openUploads: distinctKeys(
      openUploads.filter(({ key }) => key === undefined || !keysDone.has(key)),
    ),
    titles,
    trashed,
    directUploads: new Map(acknowledged.flatMap(outcomesOf)),
    shownVariants,
    variantsOfUploads,
    isFilled: acknowledged.some(({ intent }) => intent.do === "fill"),
    refusals,
    together: calls.filter(({ inTransaction, fate }) => inTransaction && fate === "open"),
  };
}

function outcomesOf({ intent, id }: Call): [string, string | null][] {
  if (intent.do === "cancel") return [[intent.directUpload, null]];
  return intent.do === "complete" && id !== undefined ? [[intent.directUpload, id]] : [];
}

/** Uploads with the same idempotency key make one file at most. */
function distinctKeys(uploads: readonly Storing[]): string[] {
  const seen = new Set<string>();
  return uploads
    .filter(({ key }) => key === undefined || (!seen.has(key) && seen.add(key)))
    .map(({ sha256 }) => sha256);
}

function opposite(fate: Fate): Fate {
  if (fate === "open") return "open";
  return fate === "applied" ? "undone" : "applied";
}
