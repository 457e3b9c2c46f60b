import type { MediaKind } from "@repo/object-store";
import { QueryTypes, type Transaction } from "sequelize";

import type { Database } from "../services.js";

/** The file that was stored for an owner and a path. */
export interface ImportRecord {
  kind: MediaKind;
  fileId: string;
  /** SHA-256 of the bytes, hexadecimal. */
  sha256: string;
}

/** What makes two imports the same. */
export interface ImportKey {
  /** A user's id, or null for the system. */
  ownerId: string | null;
  path: string;
}

/** Remembers what was imported, as the store itself knows no paths. */
export class ImportLog {
  constructor(private readonly database: Database) {}

  async find({ ownerId, path }: ImportKey): Promise<ImportRecord | undefined> {
    const rows = await this.database.query<ImportRecord>(
      `SELECT kind, file_id AS "fileId", encode(sha256, 'hex') AS sha256
       FROM seed_imports
       WHERE path_sha256 = sha256(convert_to($path, 'UTF8'))
         AND owner_id IS NOT DISTINCT FROM $ownerId::uuid`,
      { bind: { path, ownerId }, type: QueryTypes.SELECT },
    );
    return rows[0];
  }

  /**
   * Remembers an import in the transaction that stores its file, so that there is never one
   * without the other.
   *
   * @param replaces the record that was found before, if any
   * @returns false when another run recorded this path since: undo your own side
   */
  async record(
    { ownerId, path }: ImportKey,
    { kind, fileId, sha256 }: ImportRecord,
    { replaces, transaction }: { replaces: ImportRecord | undefined; transaction: Transaction },
  ): Promise<boolean> {
    const bind = { path, ownerId, kind, fileId, sha256, replaced: replaces?.fileId ?? null };
    const rows = await this.database.query(
      `INSERT INTO seed_imports (path_sha256, owner_id, path, sha256, kind, file_id)
       VALUES (sha256(convert_to($path, 'UTF8')), $ownerId::uuid, $path, decode($sha256, 'hex'),
         $kind, $fileId::uuid)
       ON CONFLICT (path_sha256, owner_id) DO UPDATE
         SET sha256 = EXCLUDED.sha256, kind = EXCLUDED.kind, file_id = EXCLUDED.file_id,
           imported_at = now()
         WHERE seed_imports.file_id = $replaced::uuid
       RETURNING file_id`,
      { bind, type: QueryTypes.SELECT, transaction },
    );
    return rows.length > 0;
  }
}
