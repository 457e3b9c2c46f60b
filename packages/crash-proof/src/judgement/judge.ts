import type { Scene } from "../site/scene.js";
import type { Call } from "./calls.js";
import type { Expectations } from "./expectations.js";
import type { Findings } from "./findings.js";
import { judgeDirectUploads } from "./judge-direct-uploads.js";
import { judgeVariants } from "./judge-variants.js";
import type { Observed, ObservedFile } from "./observed.js";

const QUARANTINE = "quarantine/";

/** What readers find, which has to be true at once and not only once it was swept up. */
export function judgeReaders(
  expectations: Expectations,
  scene: Scene,
  observed: Observed,
  findings: Findings,
): void {
  const { files, openUploads, titles, trashed, together } = expectations;
  const { objects } = observed;
  const stored = new Map(observed.files.map((file) => [file.id, file]));
  const isWhole = ({ s3_key, sha256 }: ObservedFile): boolean => objects.get(s3_key) === sha256;

  for (const [id, { sha256s, fate }] of files) {
    const file = stored.get(id);
    if (file === undefined) {
      if (fate === "applied") findings.lost.add(`${id} is gone`);
      continue;
    }
    if (fate === "undone") findings.wrong.add(`${id} is there, and should not be`);
    if (!sha256s.includes(file.sha256))
      findings.wrong.add(`${id} has another SHA-256 than it should`);
  }
  for (const [id, file] of stored) {
    if (!isWhole(file) && !scene.missing.includes(id)) findings.lost.add(`${id} has no bytes`);
    if (titles.get(id)?.includes(file.title) === false) {
      findings.wrong.add(`${id} has another title than was set`);
    }
    if (!(trashed.get(id) ?? [false]).includes(file.isTrashed)) {
      findings.wrong.add(`${id} is ${file.isTrashed ? "" : "not "}in the trash`);
    }
  }
  judgeOpenUploads(observed.files, { files, openUploads }, scene, findings);
  judgeTogether(together, stored, findings);
  judgeDirectUploads(expectations, observed, findings);
  judgeVariants(expectations, observed, findings);
}

/** What may remain of it all: files, their variants, the objects of both, and the quarantine. */
export function judgeRemains(
  scene: Scene,
  { files, variants, unfinished, directUploads, objects, uploads }: Observed,
  findings: Findings,
): void {
  const rows = [...files, ...variants, ...unfinished, ...directUploads];
  const keys = new Set(rows.map((row) => row.s3_key));
  for (const key of objects.keys()) {
    if (!keys.has(key) && !key.startsWith(QUARANTINE)) findings.orphaned.add(key);
  }
  for (const key of uploads) findings.orphaned.add(`parts of ${key}`);
  for (const { id, purpose } of unfinished) {
    findings.deadRows.add(`the ${purpose} of ${id} is not over`);
  }
  for (const { id, status } of directUploads) {
    findings.deadRows.add(`direct upload ${id} is ${status}`);
  }
  for (const id of scene.missing) {
    if (files.some((file) => file.id === id))
      findings.wrong.add(`${id} is shown without an object`);
  }
  for (const id of scene.overdue) {
    if (files.some((file) => file.id === id)) findings.deadRows.add(`${id} is still in the trash`);
  }
  judgeOrphans(scene, objects, findings);
}

/** A migration keeps every row: of what was unfinished, in the journal or as a direct upload. */
export function judgeMigration(
  scene: Scene,
  { unfinished, directUploads }: Observed,
  findings: Findings,
): void {
  const kept = new Set([...unfinished, ...directUploads].map(({ id }) => id));
  for (const id of scene.unfinished) {
    if (!kept.has(id)) findings.lost.add(`the row of ${id}`);
  }
}

/** An audit never destroys bytes: they are under their key or in the quarantine. */
export function judgeOrphans(scene: Scene, objects: Observed["objects"], findings: Findings): void {
  for (const [key, sha256] of scene.orphans) {
    const isKept = [key, `${QUARANTINE}${key}`].some((where) => objects.get(where) === sha256);
    if (!isKept) findings.lost.add(`the bytes of ${key}`);
  }
}

/** Each upload that nobody knows of may have made one file; there is no other one. */
function judgeOpenUploads(
  stored: readonly ObservedFile[],
  { files, openUploads }: Pick<Expectations, "files" | "openUploads">,
  scene: Scene,
  findings: Findings,
): void {
  const left = [...openUploads];
  for (const { id, sha256 } of stored) {
    if (files.has(id) || scene.missing.includes(id)) continue;
    const at = left.indexOf(sha256);
    if (at < 0) findings.wrong.add(`${id} was stored although nobody was told so`);
    else left.splice(at, 1);
  }
}

function judgeTogether(
  together: readonly Call[],
  stored: ReadonlyMap<string, ObservedFile>,
  findings: Findings,
): void {
  const cameTrue = together.map(({ intent, id }) => {
    switch (intent.do) {
      case "upload":
      case "complete":
        return stored.has(id ?? "");
      case "delete":
        return !stored.has(intent.id);
      case "update":
        return stored.get(intent.id)?.title === intent.title;
      case "trash":
      case "restore":
        return stored.get(intent.id)?.isTrashed === (intent.do === "trash");
      case "announce":
      case "send":
      case "cancel":
      case "download":
      case "variant":
      case "show":
      case "fill":
      case "strip":
      case "maintenance":
      case "close":
        return undefined;
    }
  });
  if (new Set(cameTrue.filter((each) => each !== undefined)).size > 1) {
    findings.wrong.add("a transaction came true in part");
  }
}
