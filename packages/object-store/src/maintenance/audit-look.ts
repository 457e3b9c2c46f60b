import type { ListedObject } from "@repo/s3-provider";

import type { MediaFileModel } from "../models/media-file.model.js";
import type { InventoryRow } from "../repo/inventory-repo.js";
import type { KeyRepo } from "../repo/key-repo.js";
import type { Files } from "../repo/media-repo.js";
import { findObject } from "../upload/find-object.js";
import type { StorageClient } from "../upload/storage-client.js";
import type { AuditRepair } from "./audit-repair.js";
import type { AuditFinding, AuditReport } from "./contract.js";
import type { InventoryFolder } from "./inventory.js";

/** A folder of an audit: one of files, or the staged uploads. */
export interface AuditFolder extends InventoryFolder {
  files?: Files<MediaFileModel>;
}

interface Parts {
  s3: StorageClient;
  signal: AbortSignal | undefined;
  report: AuditReport;
  repair: AuditRepair;
  keys: KeyRepo;
  /** When the audit began, on the database's clock. */
  now: Date;
  /** Milliseconds that an orphan must have rested. */
  minAgeMs: number;
}

/** Whether a row and its object tell the same, as almost all do; the rest deserve a look. */
export function isWhole(object: ListedObject | undefined, row: InventoryRow | undefined): boolean {
  return row !== undefined && (row.byteSize === null || object?.byteLength === row.byteSize);
}

/**
 * Looks at what stands under one key. Listing and rows were read at different times, so whatever
 * differs is looked at once more, in the order that an application at work cannot confuse: a row of
 * some table is there before its object, and after it.
 */
export class AuditLook {
  constructor(private readonly parts: Parts) {}

  /** For what is not {@link isWhole}; undefined where a second look finds nothing wrong. */
  async compare(
    folder: AuditFolder,
    object: ListedObject | undefined,
    row: InventoryRow | undefined,
  ): Promise<AuditFinding | undefined> {
    return row === undefined ? object && this.#orphan(object) : this.#otherObject(folder, row);
  }

  async #orphan(listed: ListedObject): Promise<AuditFinding | undefined> {
    const { s3, signal, report, repair, keys } = this.parts;
    const { key } = listed;
    if ((await keys.purposesOf([key])).size > 0) return undefined;
    if (this.#isTooYoung(listed.lastModified)) return undefined;
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
    { rows, files }: AuditFolder,
    { s3Key: key }: InventoryRow,
  ): Promise<AuditFinding | undefined> {
    const { s3, signal, report, repair } = this.parts;
    const object = await findObject(s3, key, signal);
    const row = await rows.findByKey(key);
    if (row === null || row.byteSize === null || row.byteSize === object?.byteLength) {
      return undefined;
    }
    const facts = { key, fileId: row.id, byteSize: row.byteSize };
    if (object === undefined) {
      report.missingObjects += 1;
      const action = files === undefined ? "kept" : await repair.missingObject(files, row.id);
      return { finding: "missing_object", ...facts, action };
    }
    report.sizeMismatches += 1;
    const objectByteSize = object.byteLength;
    return { finding: "size_mismatch", ...facts, objectByteSize, action: "kept" };
  }
}
