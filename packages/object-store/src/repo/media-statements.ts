import { type ModelColumns, PreparedStatement, type SqlParameter } from "@repo/database";
import type { MediaKind, Privacy } from "@repo/media-inspection";

import { type Layout, literal } from "../layout.js";
import type { EventType } from "../models/event.model.js";
import type { MediaFileModel } from "../models/media-file.model.js";
import type { Owner, OwnerId } from "../owner-types.js";
import type { PrivacyLevel } from "../privacy.js";
import { told } from "./event-statements.js";
import { sharedWith } from "./grant-statements.js";
import {
  fromNow,
  intoJournal,
  LockingStatement,
  NOT_TRASHED,
  OwnedStatement,
  RESTORABLE,
  toRemoval,
} from "./statements.js";
import { FILE_COLUMNS, READ_WITH_FILE, removedVariants, variantOf } from "./variant-repo.js";

/**
 * An SQL condition: an owner's files, system-wide ones and, where files are shared, those shared with the
 * owner. With null as the owner, only system-wide ones.
 */
function visibleTo({ layout, kind, isSharing }: Sql, owner: string): string {
  const shared = isSharing ? ` OR ${sharedWith(layout, kind, owner)}` : "";
  return `(user_id = ${owner} OR user_id IS NULL${shared}) AND ${NOT_TRASHED}`;
}

export type CreateParameters = [
  rows: string,
  ids: readonly string[],
  unansweredSeconds: readonly number[],
];
/** The columns that the owner gives and can change, whatever the bytes are. */
const OF_OWNER = new Set(
  ["original_filename", "title", "alt_text", "metadata", "transcript"].map((name) => `"${name}"`),
);

type DirectParameters = [direct: string, claim: string | null];
export type VariantParameters = [
  variants: string,
  variantIds: readonly string[],
  variantsUnansweredSeconds: readonly number[],
];
type OfIds = [ids: readonly string[], recipe: string, digest: string];
type OfOwnerParameters = [ids: readonly string[], owner: Owner, seconds: number];
/** With the event of files that were not in the trash, where events are written. */
type DeletionParameters = [...OfOwnerParameters, ...type: EventType[]];

interface Sql {
  layout: Layout;
  kind: MediaKind;
  columns: ModelColumns<MediaFileModel>;
  /** The columns that come with the values of a {@link Completion}. */
  given: readonly string[];
  /** Whether statements that change files write events. */
  tells: boolean;
  /** Whether a file may be read by those with whom it is shared. */
  isSharing: boolean;
}

export function mediaStatements(sql: Sql) {
  const { layout, kind, columns, given, tells } = sql;
  const table = layout.table(kind);
  const changeable = given.filter((column) => OF_OWNER.has(column));
  const files = `SELECT ${columns.list()} FROM ${table} WHERE`;
  const variant = variantOf(layout, kind, table, ["$2", "$3"]);
  const filesWithVariant = `SELECT ${columns.list()}, ${variant} FROM ${table} WHERE`;
  const noFile = Array(columns.length).fill("NULL").join(", ");
  // Locks in the order of the ids, so that concurrent deletions of the same files do not deadlock. Gives
  // the files and then the variants: PostgreSQL, which expects few, joins them in quadratic time.
  const deletion = ({ lock, which, lease }: Record<"lock" | "which" | "lease", string>) =>
    `
    WITH wanted AS (
      SELECT id FROM ${table} WHERE id = ANY ($1) AND ${which} ORDER BY id ${lock}
    ), gone AS (
      DELETE FROM ${table} AS file USING wanted WHERE file.id = wanted.id RETURNING file.*
    ), written AS (
      ${intoJournal(layout, "gone", {
        kind,
        mayHaveParts: "false",
        held: { bytes: "byte_size", files: "1" },
        lease,
        settled: "GREATEST(unanswered_until, clock_timestamp())",
      })}
    ), variants AS (
      DELETE FROM ${layout.table("variant")} AS variant USING gone
      WHERE variant.${FILE_COLUMNS[kind]} = gone.id RETURNING variant.*
    ), variants_written AS (
      ${removedVariants(layout, "variants", lease)}
    )
  `;
  const ofOwner = `user_id IS NOT DISTINCT FROM $2`;
  const event = (source: string, type: EventType, payload?: string): string =>
    told(layout, source, {
      type: literal(type),
      kind: literal(kind),
      ...(payload !== undefined && { payload }),
    });
  // The rows as they are after a change.
  const after = (change: string, type: EventType, payload?: string): string =>
    `changed AS (${change}), told AS (${event("changed", type, payload)})
     SELECT ${columns.list("changed")} FROM changed`;
  // What was in the trash was deleted for all who hear of it.
  const toldOfDeletion = tells
    ? `, told AS (${told(
        layout,
        `gone WHERE restorable_until IS NULL OR $4::text = 'file.erased'`,
        {
          type: "$4::text",
          kind: literal(kind),
        },
      )})`
    : "";
  const deletionOfOwner = (lock: string) => (wait: string) =>
    `
    ${deletion({ lock, which: `${ofOwner} AND ${wait}`, lease: fromNow("$3") })}${toldOfDeletion}
    SELECT ${columns.list("gone")}, NULL::uuid, NULL::json, NULL::bytea FROM gone
    UNION ALL
    SELECT ${noFile}, ${FILE_COLUMNS[kind]}, ${READ_WITH_FILE.json()}, sha256 FROM variants
  `;
  // A file that is there already keeps its time. Its idempotency key is free, as after a deletion.
  const trashing = (lock: string) => (wait: string) => {
    const wanted = (what: string): string => `
    WITH wanted AS (
      SELECT ${what} FROM ${table}
      WHERE id = ANY ($1) AND ${ofOwner} AND (${NOT_TRASHED} OR ${RESTORABLE}) AND ${wait}
      ORDER BY id ${lock}
    )`;
    const change = `
    UPDATE ${table} AS file SET
      restorable_until = coalesce(file.restorable_until, ${fromNow("$3")}), idempotency_key = NULL
    FROM wanted WHERE file.id = wanted.id
    RETURNING file.id`;
    if (!tells) return `${wanted("id")}${change}\n  `;
    const until = "jsonb_build_object('restorableUntil', to_jsonb(restorable_until))";
    return `
      ${wanted("id, restorable_until AS before")}, changed AS (
        ${change}, file.user_id, file.restorable_until, wanted.before
      ), told AS (${event("changed WHERE before IS NULL", "file.deleted", until)})
      SELECT id FROM changed
    `;
  };
  const seen = sql.isSharing
    ? `(user_id IS NULL OR ${sharedWith(layout, kind, "$2")})`
    : "user_id IS NULL";
  return {
    byId: new PreparedStatement<[id: string]>(`${files} id = $1`),
    visibleById: forReaders<string>(sql, (visible) => `${files} id = $1 AND ${visible}`),
    visibleByIds: forReaders<readonly string[]>(
      sql,
      (visible) => `${files} id = ANY ($1) AND ${visible}`,
    ),
    withVariant: {
      owner: new PreparedStatement<[...OfIds, owner: Owner]>(
        `${filesWithVariant} id = ANY ($1) AND ${visibleTo(sql, "$4")}`,
      ),
      application: new PreparedStatement<OfIds>(
        `${filesWithVariant} id = ANY ($1) AND ${NOT_TRASHED}`,
      ),
    },
    exists: forReaders<string>(
      sql,
      (visible) => `SELECT 1 FROM ${table} WHERE id = $1 AND ${visible}`,
    ),
    ownOrVisible: new PreparedStatement<[ids: readonly string[], owner: Owner]>(
      `${files} id = ANY ($1) AND (${ofOwner} OR (${seen} AND ${NOT_TRASHED}))`,
    ),
    // Each half reads an index in its order.
    listByUser: new PreparedStatement<[userId: OwnerId, after: string, limit: number]>(`
      SELECT ${columns.list()} FROM (
        (
          SELECT * FROM ${table} WHERE user_id = $1 AND ${NOT_TRASHED} AND id > $2
          ORDER BY user_id, restorable_until, id LIMIT $3
        )
        UNION ALL
        (
          SELECT * FROM ${table}
          WHERE (user_id, id) > ($1, $2) AND user_id = $1 AND restorable_until IS NOT NULL
          ORDER BY user_id, id LIMIT $3
        )
      ) AS files ORDER BY id LIMIT $3
    `),
    lackingVariants: new PreparedStatement<
      [
        after: string,
        limit: number,
        recipes: readonly string[],
        digests: readonly string[],
        staleToo: boolean,
        maxAttempts: number,
      ]
    >(`
      SELECT ${columns.list("file")} FROM ${table} AS file
      WHERE id > $1 AND ${NOT_TRASHED} AND EXISTS (
        SELECT FROM unnest($3::text[], $4::text[]) AS wanted (recipe, digest)
        WHERE NOT EXISTS (
          SELECT FROM ${layout.table("variant")} AS variant
          WHERE variant.${FILE_COLUMNS[kind]} = file.id AND variant.recipe = wanted.recipe
            AND (variant.digest = wanted.digest OR NOT $5)
        ) AND NOT EXISTS (
          SELECT FROM ${layout.table("variant_failure")} AS failure
          WHERE failure.${FILE_COLUMNS[kind]} = file.id AND failure.recipe = wanted.recipe
            AND failure.digest = wanted.digest AND failure.attempts >= $6
        )
      )
      ORDER BY id LIMIT $2
    `),
    byIdempotencyKey: new OwnedStatement<[idempotencyKey: string, owner: Owner]>(
      layout.ownerType,
      (ownedBy) => `${files} idempotency_key = $1 AND ${ownedBy("$2")}`,
    ),
    create: new LockingStatement<CreateParameters>((wait) => creation(sql, wait)),
    createWithVariants: new LockingStatement<[...CreateParameters, ...VariantParameters]>((wait) =>
      creation(sql, wait, { hasVariants: true }),
    ),
    createFromDirectUpload: new LockingStatement<[...CreateParameters, ...DirectParameters]>(
      (wait) => creation(sql, wait, { isDirect: true }),
    ),
    createFromDirectUploadWithVariants: new LockingStatement<
      [...CreateParameters, ...DirectParameters, ...VariantParameters]
    >((wait) => creation(sql, wait, { isDirect: true, hasVariants: true })),
    withPrivacy: new PreparedStatement<
      [after: string, limit: number, privacy: readonly PrivacyLevel[]]
    >(`${files} id > $1 AND privacy = ANY ($3) ORDER BY id LIMIT $2`),
    markStripped: new LockingStatement<
      [id: string, s3Key: string, before: PrivacyLevel, privacy: Privacy]
    >(
      (wait) => `
        UPDATE ${table} SET privacy = $4, updated_at = clock_timestamp()
        WHERE id = $1 AND s3_key = $2 AND privacy = $3 AND ${wait} RETURNING id
      `,
    ),
    // What the JSON does not name keeps its value, and a long transcript its place on disk.
    update: new LockingStatement<[id: string, owner: Owner, values: string]>((wait) => {
      const change = `
        UPDATE ${table} AS file SET
          updated_at = clock_timestamp(),
          ${changeable
            .map((column) => {
              const isGiven = `$3::jsonb ? '${column.slice(1, -1)}'`;
              return `${column} = CASE WHEN ${isGiven} THEN given.${column} ELSE file.${column} END`;
            })
            .join(", ")}
        FROM jsonb_populate_record(NULL::${table}, $3::jsonb) AS given
        WHERE file.id = $1 AND file.user_id IS NOT DISTINCT FROM $2
          AND file.restorable_until IS NULL AND ${wait}
        RETURNING ${tells ? "file.*" : columns.list("file")}
      `;
      if (!tells) return change;
      const names =
        "SELECT jsonb_agg(name) FROM jsonb_object_keys($3::jsonb) AS name WHERE name <> 'id'";
      return `WITH ${after(change, "file.updated", `jsonb_build_object('changed', (${names}))`)}`;
    }),
    // The row of the journal takes the key that the file gives up, and holds the bytes that it loses.
    replaceObject: new LockingStatement<
      [
        id: string,
        s3Key: string,
        uploadId: string,
        leaseSeconds: number,
        unansweredSeconds: number,
        values: string,
      ]
    >((wait) => {
      const before = `
        WITH wanted AS (
          SELECT
            file.id, file.s3_key AS old_key, file.byte_size, file.unanswered_until,
            upload.id AS upload_id, upload.s3_key AS new_key
          FROM ${table} AS file, ${layout.table("journal")} AS upload
          WHERE file.id = $1 AND file.s3_key = $2 AND upload.id = $3 AND upload.purpose = 'upload'
            AND upload.lease_expires_at > clock_timestamp() AND ${wait}
          FOR UPDATE
        ), given_up AS (
          UPDATE ${layout.table("journal")} AS entry SET
            ${toRemoval({
              lease: fromNow("$4"),
              settled: "GREATEST(wanted.unanswered_until, clock_timestamp())",
            })},
            s3_key = wanted.old_key, may_have_parts = false,
            reserved_bytes = entry.reserved_bytes + wanted.byte_size - ($6::json ->> 'byte_size')::int
          FROM wanted WHERE entry.id = wanted.upload_id
        )`;
      const change = `
        UPDATE ${table} AS file SET
          s3_key = wanted.new_key, updated_at = clock_timestamp(),
          unanswered_until = ${unansweredUntil("$5::int")},
          ${given
            .filter((column) => !OF_OWNER.has(column) && column !== '"placeholder"')
            .map((column) => `${column} = given.${column}`)
            .join(", ")}
        FROM wanted, json_populate_record(NULL::${table}, $6) AS given
        WHERE file.id = wanted.id
        RETURNING ${tells ? "file.*" : columns.list("file")}
      `;
      if (!tells) return `${before}${change}`;
      return `${before}, ${after(change, "file.updated", `'{"changed": ["content"]}'::jsonb`)}`;
    }),
    delete: new LockingStatement<DeletionParameters>(deletionOfOwner("FOR UPDATE")),
    deleteUnlocked: new LockingStatement<DeletionParameters>(
      deletionOfOwner("FOR UPDATE SKIP LOCKED"),
    ),
    trash: new LockingStatement<OfOwnerParameters>(trashing("FOR NO KEY UPDATE")),
    trashUnlocked: new LockingStatement<OfOwnerParameters>(
      trashing("FOR NO KEY UPDATE SKIP LOCKED"),
    ),
    restore: new LockingStatement<[id: string, owner: Owner]>((wait) => {
      const change = `
        UPDATE ${table} SET restorable_until = NULL
        WHERE id = $1 AND ${ofOwner} AND ${RESTORABLE} AND ${wait}
        RETURNING ${tells ? "*" : columns.list()}
      `;
      return tells ? `WITH ${after(change, "file.restored")}` : change;
    }),
    overdue: new PreparedStatement<
      [at: string, afterTime: string, afterId: string, limit: number]
    >(`
      SELECT id, to_json(restorable_until) FROM ${table}
      WHERE restorable_until <= $1::timestamptz AND (restorable_until, id) > ($2::timestamptz, $3)
      ORDER BY restorable_until, id LIMIT $4
    `),
    // The sweep that does this finds them by their lease.
    deleteOverdue: new LockingStatement<[ids: readonly string[], at: string]>(
      (wait) => `
        ${deletion({
          lock: "FOR UPDATE SKIP LOCKED",
          which: `restorable_until <= $2::timestamptz AND ${wait}`,
          lease: "$2::timestamptz",
        })}
        SELECT id FROM gone
      `,
    ),
  };
}

/** A statement about files that a reader may see. */
export interface ForReaders<Ids extends SqlParameter> {
  owner: PreparedStatement<[ids: Ids, owner: Owner]>;
  application: PreparedStatement<[ids: Ids]>;
}

function forReaders<Ids extends SqlParameter>(
  sql: Sql,
  text: (visible: string) => string,
): ForReaders<Ids> {
  return {
    owner: new PreparedStatement(text(visibleTo(sql, "$2"))),
    application: new PreparedStatement(text(NOT_TRASHED)),
  };
}

/**
 * Moves uploads that hold their lease to the files. Values come as JSON, which PostgreSQL reads as rows.
 *
 * @see https://www.postgresql.org/docs/current/functions-json.html (json_populate_recordset)
 */
function creation(
  { layout, kind, columns, given, tells }: Omit<Sql, "isSharing">,
  wait: string,
  { isDirect = false, hasVariants = false } = {},
): string {
  const table = layout.table(kind);
  const journal = layout.table("journal");
  const directUploads = layout.table("direct_upload");
  // What the file does not take of what was reserved ends with the direct upload.
  const direct = `
    claimed AS (
      SELECT direct.id, upload.reserved_bytes
      FROM ${directUploads} AS direct, ${journal} AS upload
      WHERE direct.id = $4 AND direct.claim = $5 AND direct.status = 'pending'
        AND upload.id = ANY ($2::uuid[]) AND upload.purpose = 'upload'
        AND upload.lease_expires_at > clock_timestamp() AND ${wait}
      FOR UPDATE
    ), completed AS (
      UPDATE ${directUploads} AS direct SET
        status = 'deleting', file_id = ($2::uuid[])[1], claim = NULL, claim_expires_at = NULL,
        reserved_bytes =
          direct.reserved_bytes + claimed.reserved_bytes - ($1::json -> 0 ->> 'byte_size')::int,
        reserved_files = direct.reserved_files - 1,
        updated_at = clock_timestamp()
      FROM claimed WHERE direct.id = claimed.id
    ),
  `;
  const [rows, ids, unanswered] = isDirect ? ["$6", "$7", "$8"] : ["$4", "$5", "$6"];
  // All of them or none, as the file is shown with them.
  const sent = `
    sent AS (
      SELECT id FROM ${journal}
      WHERE id = ANY (${ids}::uuid[]) AND purpose = 'upload'
        AND lease_expires_at > clock_timestamp() AND ${wait}
      ORDER BY id FOR UPDATE
    ),
  `;
  const variants = `
    , variants_done AS (
      DELETE FROM ${journal} AS entry USING sent
      WHERE entry.id = sent.id AND EXISTS (SELECT FROM done)
      RETURNING entry.id, entry.user_id, entry.s3_key, entry.created_at
    ), variants AS (
      INSERT INTO ${layout.table("variant")} (
        id, user_id, s3_key, created_at, updated_at, ${FILE_COLUMNS[kind]}, recipe, digest, content_type,
        byte_size, sha256, width, height, page_count, unanswered_until
      )
      SELECT
        sent.id, sent.user_id, sent.s3_key, sent.created_at, clock_timestamp(), ($2::uuid[])[1],
        given.recipe, given.digest, given.content_type, given.byte_size, given.sha256, given.width,
        given.height, given.page_count, ${unansweredUntil(`(${unanswered}::int[])[given.ordinality]`)}
      FROM json_populate_recordset(NULL::${layout.table("variant")}, ${rows}) WITH ORDINALITY AS given
      JOIN variants_done AS sent ON sent.id = given.id
      ${tells ? "RETURNING user_id, recipe" : ""}
    )
  `;
  // Variants follow their file.
  const events = hasVariants
    ? `(
        SELECT 0 AS rank, 'file.ready' AS type, id, user_id, '{}'::jsonb AS payload FROM made
        UNION ALL
        SELECT
          1, 'variant.ready', ($2::uuid[])[1], user_id, jsonb_build_object('recipe', recipe)
        FROM variants
      ) AS events ORDER BY rank`
    : "(SELECT 'file.ready' AS type, id, user_id, '{}'::jsonb AS payload FROM made) AS events";
  const event = { type: "type", kind: literal(kind), payload: "payload" };
  const [before, after] = tells
    ? [
        ", made AS (",
        `*), told AS (${told(layout, events, event)}) SELECT ${columns.list("made")} FROM made`,
      ]
    : ["", columns.list()];
  return `
    WITH ${isDirect ? direct : ""} ${hasVariants ? sent : ""} done AS (
      DELETE FROM ${journal}
      WHERE id = ANY ($2::uuid[]) AND purpose = 'upload' AND lease_expires_at > clock_timestamp()
        AND ${wait} ${isDirect ? "AND EXISTS (SELECT FROM claimed)" : ""}
        ${hasVariants ? `AND (SELECT count(*) FROM sent) = cardinality(${ids}::uuid[])` : ""}
      RETURNING id, user_id, s3_key, idempotency_key, created_at
    )${hasVariants ? variants : ""}${before}
    INSERT INTO ${table} (
      id, user_id, s3_key, idempotency_key, created_at, updated_at, unanswered_until,
      ${given.join(", ")}
    )
    SELECT
      done.id, done.user_id, done.s3_key, done.idempotency_key, done.created_at, clock_timestamp(),
      ${unansweredUntil("($3::int[])[given.ordinality]")},
      ${given.map((column) => `given.${column}`).join(", ")}
    FROM json_populate_recordset(NULL::${table}, $1) WITH ORDINALITY AS given
    JOIN done ON done.id = given.id
    RETURNING ${after}
  `;
}

/** SQL for until when a request may still arrive; null if all were answered. */
function unansweredUntil(seconds: string): string {
  return `CASE WHEN ${seconds} > 0 THEN ${fromNow(seconds)} END`;
}
