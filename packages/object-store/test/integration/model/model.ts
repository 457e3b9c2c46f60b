import type { ObjectStoreErrorCode } from "../../../src/index.js";
import type { SweepReport } from "../../../src/maintenance.js";

/*
 * What the store is to its callers, in a few maps: files, what unfinished calls have left, and one
 * open transaction. Each method predicts what a call gives; where it changes something, it has
 * happened when it returns.
 *
 * Glossary
 * left    what a call of a process has left that died in it: a row of the journal, and perhaps an
 *         object or the parts of one.
 */

export type Kind = "images" | "audio";

export interface File {
  id: string;
  /** 0 is the system, all others are users. */
  owner: number;
  kind: Kind;
  /** Which of the bodies it has. */
  body: number;
  key: string | undefined;
}

export interface Left {
  id: string;
  purpose: "upload" | "removal";
  owner: number;
  kind: Kind;
  key?: string | undefined;
  hasObject: boolean;
  hasParts: boolean;
  /** Whether its lease is over. */
  isOver: boolean;
  /** Whether no request can make its object any more. */
  isSettled: boolean;
}

export type NewFile = Omit<File, "id">;

/** `waits` is for a transaction that is open, or for a lease. */
type UploadOutcome = "stored" | "waits" | { file: File } | { code: ObjectStoreErrorCode };
type DeletionOutcome = "deleted" | "finished" | "waits" | { code: ObjectStoreErrorCode };

interface OpenTransaction {
  /** What it has uploaded, also what it has deleted again. */
  uploads: Map<string, File>;
  deleted: Set<string>;
  /** What is left of earlier deletions, which its end finishes. */
  finished: Set<string>;
}

interface Deletion {
  id: string;
  /** Whose scope it is asked in. */
  owner: number;
  kind: Kind;
  inTransaction: boolean;
}

export class Model {
  /** What everybody sees. */
  readonly files = new Map<string, File>();
  readonly left = new Map<string, Left>();
  /** Every file that a caller was ever told of. */
  readonly known: File[] = [];
  transaction: OpenTransaction | undefined;

  begin(): void {
    this.transaction ??= { uploads: new Map(), deleted: new Set(), finished: new Set() };
  }

  /** The files that exist inside of the transaction, or for everybody else. */
  seen(inTransaction: boolean): File[] {
    const files = [...this.files.values()];
    if (!inTransaction || this.transaction === undefined) return files;
    const { uploads, deleted } = this.transaction;
    return [...files, ...uploads.values()].filter(({ id }) => !deleted.has(id));
  }

  upload({ owner, kind, body, key }: NewFile, inTransaction: boolean): UploadOutcome {
    if (key === undefined) return "stored";
    const isSame = (other: { owner: number; key?: string | undefined }): boolean =>
      other.owner === owner && other.key === key;
    const conflict = { code: "idempotency_conflict" } as const;
    const file = this.seen(inTransaction).find(isSame);
    if (file !== undefined) return file.kind === kind && file.body === body ? { file } : conflict;
    if (this.seen(false).some(isSame)) return { code: "upload_in_progress" };
    const uncommitted = [...(this.transaction?.uploads.values() ?? [])].find(isSame);
    if (uncommitted !== undefined) return uncommitted.kind === kind ? "waits" : conflict;
    const holder = [...this.left.values()].find(holds(owner, key));
    if (holder === undefined) return "stored";
    if (holder.kind !== kind) return conflict;
    return holder.isOver ? "stored" : "waits";
  }

  /** An upload has stored a file. */
  stored(file: File, inTransaction: boolean): void {
    takeOver(this, file);
    this.known.push(file);
    if (inTransaction) this.transaction?.uploads.set(file.id, file);
    else this.files.set(file.id, file);
  }

  /** A process has died in an upload or in a deletion. */
  died(left: Left): void {
    if (left.purpose === "upload") takeOver(this, left);
    else this.files.delete(left.id);
    this.left.set(left.id, left);
  }

  deletion({ id, owner, kind, inTransaction }: Deletion): DeletionOutcome {
    const file = this.seen(inTransaction).find((each) => each.id === id && each.kind === kind);
    if (file === undefined) {
      const left = this.left.get(id);
      const isOurs = left?.purpose === "removal" && left.owner === owner && left.kind === kind;
      return isOurs ? "finished" : { code: "file_not_found" };
    }
    if (file.owner !== owner) {
      return { code: file.owner === 0 ? "access_denied" : "file_not_found" };
    }
    return !inTransaction && this.transaction?.deleted.has(id) ? "waits" : "deleted";
  }

  /** Applies a deletion that was no refusal. */
  deleted(id: string, inTransaction: boolean): void {
    const left = this.left.get(id);
    if (!inTransaction || this.transaction === undefined) {
      this.files.delete(id);
      this.left.delete(id);
    } else if (left !== undefined) {
      left.isOver = false;
      this.transaction.finished.add(id);
    } else {
      this.transaction.deleted.add(id);
    }
  }

  commit(): void {
    const { uploads, deleted } = end(this);
    for (const [id, file] of uploads) this.files.set(id, file);
    for (const id of deleted) this.files.delete(id);
  }

  rollback(): void {
    end(this);
  }

  /** The leases of what was left are over, and no request is on its way any more. */
  age(): void {
    for (const left of this.left.values()) Object.assign(left, { isOver: true, isSettled: true });
  }

  sweep(): SweepReport {
    const report = { abandoned: 0, removed: 0, inUse: 0, aborted: 0, strays: 0, failed: 0 };
    for (const left of this.left.values()) {
      if (left.isOver) {
        if (left.purpose === "upload") {
          report.abandoned += 1;
          Object.assign(left, { purpose: "removal", isSettled: false });
        } else if (left.isSettled) {
          report.removed += 1;
          this.left.delete(left.id);
        }
        Object.assign(left, { isOver: false, hasObject: false });
      }
      if (left.purpose === "removal" && left.hasParts) {
        report.aborted += 1;
        left.hasParts = false;
      }
    }
    return report;
  }

  /** The ids of all objects in the bucket. */
  objects(): string[] {
    const left = [...this.left.values()].filter(({ hasObject }) => hasObject);
    const uploads = this.transaction?.uploads.values() ?? [];
    return [...this.files.values(), ...uploads, ...left].map(({ id }) => id).sort();
  }

  /** The ids of all multipart uploads. */
  parts(): string[] {
    const left = [...this.left.values()].filter(({ hasParts }) => hasParts);
    return left.map(({ id }) => id).sort();
  }

  /** How many files there are for everybody, and rows in the journal. */
  usage(kind: Kind): { files: number; unfinished: number } {
    const isOfKind = (each: { kind: Kind }): boolean => each.kind === kind;
    const uploads = [...(this.transaction?.uploads.values() ?? [])];
    return {
      files: this.seen(false).filter(isOfKind).length,
      unfinished: [...this.left.values(), ...uploads].filter(isOfKind).length,
    };
  }
}

/** Whether a dead upload holds an owner's key. */
function holds(owner: number, key: string): (left: Left) => boolean {
  return (left) => left.purpose === "upload" && left.owner === owner && left.key === key;
}

/** What held the key of an upload that found its lease over holds it no longer. */
function takeOver({ left }: Model, { owner, key }: { owner: number; key?: string | undefined }) {
  const holder = key === undefined ? undefined : [...left.values()].find(holds(owner, key));
  if (holder !== undefined) Object.assign(holder, { purpose: "removal", isSettled: false });
}

function end(model: Model): OpenTransaction {
  const { transaction, left } = model;
  if (transaction === undefined) throw new Error("no transaction is open");
  model.transaction = undefined;
  for (const id of transaction.finished) left.delete(id);
  return transaction;
}
