import type { createDatabase } from "@repo/database";
import { objectStoreMaintenance } from "@repo/object-store/maintenance";
import type { S3Provider } from "@repo/s3-provider";

import { agedStorage } from "../aged-storage.js";
import type { Findings } from "../judgement/findings.js";

type Database = ReturnType<typeof createDatabase>;

/** Longer than the 48 hours that an audit lets an object rest. */
export const OLD = 3;

/**
 * As if every lease had run out, and no request were on its way any more: time passes in the database only. It does not for a row that a
 * transaction holds, which is not to be waited for while a child waits for us.
 */
export async function expireLeases(database: Database): Promise<void> {
  await expireClaims(database);
  await database.query(
    `UPDATE object_store_journal
     SET lease_expires_at = now() - interval '1 s', settled_at = now() - interval '1 s'
     WHERE id IN (SELECT id FROM object_store_journal FOR UPDATE SKIP LOCKED)`,
  );
  await database.query(
    `UPDATE direct_uploads SET lease_expires_at = now() - interval '1 s'
     WHERE id IN (SELECT id FROM direct_uploads FOR UPDATE SKIP LOCKED)`,
  );
}

/** As if whoever was completing a direct upload had not been heard of for a while. */
export async function expireClaims(database: Database): Promise<void> {
  await database.query(
    `UPDATE direct_uploads SET claim_expires_at = now() - interval '1 s'
     WHERE id IN (
       SELECT id FROM direct_uploads WHERE claim IS NOT NULL FOR UPDATE SKIP LOCKED
     )`,
  );
}

/** As the sweep after so much time that every lease has run out. */
export async function sweepAfterLeases(database: Database, s3: S3Provider): Promise<void> {
  await expireLeases(database);
  await objectStoreMaintenance({ database, s3 }).sweep();
}

/** The second line has to find nothing to do. */
export async function auditFindsNothing(
  database: Database,
  s3: S3Provider,
  findings: Findings,
): Promise<void> {
  const aged = agedStorage(s3, OLD);
  const { objects, rows, ...differences } = await objectStoreMaintenance({
    database,
    s3: aged,
  }).audit();
  for (const [what, count] of Object.entries(differences)) {
    if (typeof count === "number" && count > 0)
      findings.wrong.add(`the audit counts ${count} ${what}`);
  }
  if (objects !== rows) findings.wrong.add(`the audit counts ${objects} objects, ${rows} rows`);
}

/** A counter has to be exact at any moment. */
export async function recountFindsNothing(
  database: Database,
  s3: S3Provider,
  findings: Findings,
): Promise<void> {
  await objectStoreMaintenance({ database, s3 }).recount({
    onFinding: ({ owner, bytes, files }) => {
      findings.wrong.add(`the counter of ${owner} lacks ${bytes} bytes, ${files} files`);
    },
  });
}
