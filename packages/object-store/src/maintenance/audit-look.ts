import type { ListedObject } from "@repo/s3-provider";

import type { InventoryRow } from "../repo/inventory-repo.js";
import type { StorageClient } from "../upload/storage-client.js";
import type { AuditRepair } from "./audit-repair.js";
import type { AuditFinding, AuditReport } from "./contract.js";
import { findObject, type InventoryFolder } from "./inventory.js";

/** How long the lease of an unfinished row may have been over before it counts as dead. */
const DEAD_AFTER_MS = 3_600_000;

interface Parts {
  s3: StorageClient;
  signal: AbortSignal | undefined;
  report: AuditReport;
  repair: AuditRepair;
  /** When the audit began, on the database's clock. */
  now: Date;
  /** Milliseconds that an orphan must have rested. */
  minAgeMs: number;
}

/** Whether a row and its object tell the same, as almost all do; the rest deserve a look. */
export function isWhole(object: ListedObject | undefined, row: InventoryRow | undefined): boolean {
  return row?.status === "ready" && object?.byteLength === row.byteSize;
}

/**
 * Looks at what stands under one key. Listing and rows were read at different times, so whatever
 * differs is looked at once more, in the order that an application at work cannot confuse: a row
 * is there before its object, and after it.
 */
export class AuditLook {
  constructor(private readonly parts: Parts) {}

  /** For what is not {@link isWhole}; undefined where a second look finds nothing wrong. */
  async compare(
    folder: InventoryFolder,
    object: ListedObject | undefined,
    row: InventoryRow | undefined,
  ): Promise<AuditFinding | undefined> {
    if (row === undefined) return object && this.#orphan(folder, object);
    if (row.status !== "ready") return this.#unfinished(folder, row);
    return this.#otherObject(folder, row);
  }

  async #orphan(
    { repo }: InventoryFolder,
    listed: ListedObject,
  ): Promise<AuditFinding | undefined> {
    const { s3, signal, report, repair } = this.parts;
    const { key } = listed;
    if (this.#isTooYoung(listed.lastModified)) return undefined;
    if ((await repo.findByKey(key)) !== null) return undefined;
    const object = await findObject(s3, key, signal);
    if (object === undefined || this.#isTooYoung(object.lastModified)) return undefined;
    report.orphans += 1;
    const { byteLength: byteSize, lastModified, etag } = object;
    const action = await repair.orphan({ key, etag });
    return { finding: "orphan", key, byteSize, lastModified, action };
  }

  #isTooYoung(lastModified: Date): boolean {
    const { now, minAgeMs, report } = this.parts;
    const isTooYoung = now.getTime() - lastModified.getTime() < minAgeMs;
    if (isTooYoung) report.tooYoung += 1;
    return isTooYoung;
  }

  async #otherObject(
    folder: InventoryFolder,
    { s3Key: key }: InventoryRow,
  ): Promise<AuditFinding | undefined> {
    const { s3, signal, report, repair } = this.parts;
    const object = await findObject(s3, key, signal);
    const row = await folder.repo.findByKey(key);
    if (row?.status !== "ready" || row.byteSize === object?.byteLength) return undefined;
    const facts = { key, fileId: row.id, byteSize: row.byteSize ?? 0 };
    if (object === undefined) {
      report.missingObjects += 1;
      const action = await repair.missingObject(folder, row.id);
      return { finding: "missing_object", ...facts, action };
    }
    report.sizeMismatches += 1;
    const objectByteSize = object.byteLength;
    return { finding: "size_mismatch", ...facts, objectByteSize, action: "kept" };
  }

  async #unfinished(
    { repo }: InventoryFolder,
    seen: InventoryRow,
  ): Promise<AuditFinding | undefined> {
    if (!this.#isDead(seen)) return undefined;
    const row = await repo.findByKey(seen.s3Key);
    if (row?.leaseExpiresAt == null || !this.#isDead(row)) return undefined;
    this.parts.report.deadRows += 1;
    const { s3Key: key, id: fileId, status, leaseExpiresAt } = row;
    return { finding: "dead_row", key, fileId, status, leaseExpiresAt, action: "kept" };
  }

  #isDead({ leaseExpiresAt }: InventoryRow): boolean {
    const { now } = this.parts;
    return leaseExpiresAt !== null && now.getTime() - leaseExpiresAt.getTime() >= DEAD_AFTER_MS;
  }
}
