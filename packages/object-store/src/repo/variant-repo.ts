import { ModelColumns, PreparedStatement } from "@repo/database";
import type { MediaKind } from "@repo/media-inspection";

import { type Layout, literal } from "../layout.js";
import type { VariantFailureModel } from "../models/variant-failure.model.js";
import type { VariantModel } from "../models/variant.model.js";
import { told } from "./event-statements.js";
import { ModelRepo } from "./model-repo.js";
import { MODELS } from "./models.js";
import { fromNow, intoJournal, LockingStatement } from "./statements.js";
import type { Tables } from "./tables.js";

/** One recipe, applied to one file. */
export interface VariantOf {
  kind: MediaKind;
  fileId: string;
  recipe: string;
  digest: string;
}

/** A recipe as a query names it. */
export interface RecipeName {
  name: string;
  digest: string;
}

/** What is known of a variant; none of it where it was never asked for. */
export interface VariantState {
  variant: VariantModel | null;
  failure: VariantFailureModel | null;
}

/** Why a variant could not be made. */
export type Failure = Pick<Error, "message"> & { isFinal: boolean };

/** What the row of a variant needs besides what the journal's row of its upload has. */
export interface VariantCompletion extends VariantOf {
  id: string;
  contentType: string;
  byteSize: number;
  sha256: Buffer;
  width: number;
  height: number;
  pageCount: number;
  /** For how many seconds a request of the upload may still arrive; 0 if all were answered. */
  unansweredSeconds: number;
  /** A ThumbHash for the image, which keeps the one that it has. */
  placeholder: Buffer | null;
}

/** Its public methods, which the store in memory implements too. */
export type Variants = Pick<VariantRepo, keyof VariantRepo>;

/** How often a recipe is tried with a file that refuses it. */
export const MAX_ATTEMPTS = 3;

/** Variants that are removed together. */
const BATCH = 1000;

/** The column that names the file of a variant, by the kind of file. */
export const FILE_COLUMNS = { image: "image_id", audio: "audio_id" } as const satisfies Record<
  MediaKind,
  string
>;

/** What is read of a variant together with its file. */
export const READ_WITH_FILE = new ModelColumns(MODELS.variant, [
  ...["id", "s3Key", "contentType", "byteSize", "unansweredUntil"],
]);

/**
 * SQL for the values of {@link READ_WITH_FILE} of one file's variant as JSON, or null: of the recipe as it
 * is now, or else the newest of those that it was.
 *
 * @param file names the file's table
 */
export function variantOf(
  layout: Layout,
  kind: MediaKind,
  file: string,
  [recipe, digest]: readonly [string, string],
): string {
  return `(
    SELECT ${READ_WITH_FILE.json()}
    FROM ${layout.table("variant")}
    WHERE ${FILE_COLUMNS[kind]} = ${file}.id AND recipe = ${recipe}
    ORDER BY digest = ${digest} DESC, id DESC LIMIT 1
  )`;
}

type OfFile = [fileId: string, recipe: string, digest: string];
type Create = [
  ...OfFile,
  id: string,
  contentType: string,
  byteSize: number,
  sha256: Buffer,
  width: number,
  height: number,
  pageCount: number,
  unansweredSeconds: number,
  /** Of an image only. */
  ...placeholder: (Buffer | null)[],
];

interface Columns {
  variant: ModelColumns<VariantModel>;
  failure: ModelColumns<VariantFailureModel>;
}

function statementsWith(layout: Layout, kind: MediaKind, columns: Columns, tells: boolean) {
  const variants = layout.table("variant");
  const failures = layout.table("variant_failure");
  const files = layout.table(kind);
  const journal = layout.table("journal");
  const column = FILE_COLUMNS[kind];
  const ofFile = `${column} = $1 AND recipe = $2 AND digest = $3`;
  const placeholder =
    kind === "image"
      ? `, placed AS (
          UPDATE ${files} SET placeholder = $12
          WHERE id = $1 AND placeholder IS NULL AND $12::bytea IS NOT NULL AND EXISTS (SELECT FROM done)
        )`
      : "";
  return {
    state: new PreparedStatement<OfFile>(`
      SELECT ${columns.variant.list("variant")}, ${columns.failure.list("failure")}
      FROM ${files} AS file
      LEFT JOIN ${variants} AS variant
        ON variant.${column} = file.id AND variant.recipe = $2 AND variant.digest = $3
      LEFT JOIN ${failures} AS failure
        ON failure.${column} = file.id AND failure.recipe = $2 AND failure.digest = $3
      WHERE file.id = $1
    `),
    // The lock on the file's row waits for its deletion, and shows that it was not deleted.
    create: new LockingStatement<Create>((wait) => {
      const before = `
        WITH original AS (
          SELECT id FROM ${files} WHERE id = $1 AND ${wait} FOR NO KEY UPDATE
        ), done AS (
          DELETE FROM ${journal}
          WHERE id = $4 AND purpose = 'upload' AND lease_expires_at > clock_timestamp()
            AND EXISTS (SELECT FROM original)
          RETURNING id, user_id, s3_key, created_at, reserved_bytes
        ), counted AS (
          UPDATE ${layout.table("usage")} AS counter SET
            bytes = counter.bytes + $6::int - done.reserved_bytes, updated_at = clock_timestamp()
          FROM done WHERE counter.user_id = done.user_id
        ), forgotten AS (
          DELETE FROM ${failures} WHERE ${ofFile} AND EXISTS (SELECT FROM done)
        )${placeholder}`;
      const change = `
        INSERT INTO ${variants} (
          id, user_id, s3_key, created_at, updated_at, ${column}, recipe, digest, content_type, byte_size,
          sha256, width, height, page_count, unanswered_until
        )
        SELECT
          id, user_id, s3_key, created_at, clock_timestamp(), $1, $2, $3, $5, $6, $7, $8, $9, $10,
          CASE WHEN $11::int > 0 THEN ${fromNow("$11::int")} END
        FROM done
        RETURNING ${tells ? "*" : columns.variant.list()}
      `;
      if (!tells) return `${before}${change}`;
      const event = told(layout, "made", {
        type: "'variant.ready'",
        kind: literal(kind),
        fileId: column,
        payload: "jsonb_build_object('recipe', recipe)",
      });
      return `
        ${before}, made AS (${change}), told AS (${event})
        SELECT ${columns.variant.list("made")} FROM made
      `;
    }),
    // The foreign key would wait for a deletion too, but then refuse.
    fail: new LockingStatement<[...OfFile, reason: string, attempts: number]>(
      (wait) => `
        INSERT INTO ${failures} (
          ${column}, recipe, digest, attempts, reason, created_at, updated_at
        )
        SELECT id, $2, $3, $5::int, $4, clock_timestamp(), clock_timestamp()
        FROM ${files} WHERE id = $1 AND ${wait} FOR KEY SHARE
        ON CONFLICT (${column}, recipe, digest) WHERE ${column} IS NOT NULL DO UPDATE SET
          attempts = LEAST(${failures}.attempts + $5::int, 1000), reason = $4, updated_at = clock_timestamp()
        RETURNING id
      `,
    ),
  };
}

/** The pictures made of files, and why some could not be made. */
export class VariantRepo extends ModelRepo<VariantModel> {
  readonly #failures = new ModelColumns(MODELS.variant_failure);
  readonly #sql: Readonly<Record<MediaKind, ReturnType<typeof statementsWith>>>;
  readonly #remove: PreparedStatement<[ids: readonly string[], leaseSeconds: number]>;
  readonly #removeOthers: PreparedStatement<[names: readonly string[], leaseSeconds: number]>;
  readonly #removeSuperseded: PreparedStatement<
    [names: readonly string[], digests: readonly string[], leaseSeconds: number]
  >;

  constructor(tables: Tables) {
    super(tables, MODELS.variant);
    const columns = { variant: this.columns, failure: this.#failures };
    const statements = (kind: MediaKind) => statementsWith(this.layout, kind, columns, this.tells);
    this.#sql = { image: statements("image"), audio: statements("audio") };
    const variants = this.layout.table("variant");
    const removal = (condition: string, leaseSeconds: string): string => `
      WITH gone AS (
        DELETE FROM ${variants} WHERE id = ANY (ARRAY (${condition})) RETURNING *
      ), written AS (
        ${removedVariants(this.layout, "gone", fromNow(leaseSeconds))}
      )
      SELECT ${this.columns.list("gone")} FROM gone
    `;
    const batch = `ORDER BY id LIMIT ${BATCH} FOR UPDATE SKIP LOCKED`;
    const ofSameFile = Object.values(FILE_COLUMNS).map(
      (column) => `newer.${column} = old.${column}`,
    );
    this.#remove = new PreparedStatement(
      removal(`SELECT id FROM ${variants} WHERE id = ANY ($1) FOR UPDATE SKIP LOCKED`, "$2"),
    );
    this.#removeOthers = new PreparedStatement(
      removal(`SELECT id FROM ${variants} WHERE recipe <> ALL ($1) ${batch}`, "$2"),
    );
    this.#removeSuperseded = new PreparedStatement(
      removal(
        `
          SELECT id FROM ${variants} AS old
          WHERE NOT EXISTS (
            SELECT FROM unnest($1::text[], $2::text[]) AS current (recipe, digest)
            WHERE current.recipe = old.recipe AND current.digest = old.digest
          ) AND EXISTS (
            SELECT FROM ${variants} AS newer
            WHERE (${ofSameFile.join(" OR ")}) AND newer.recipe = old.recipe AND newer.id > old.id
              AND newer.updated_at <= clock_timestamp() - interval '1 day'
          )
          ${batch}
        `,
        "$3",
      ),
    );
  }

  /** The variant of a recipe as it is now, and why it could not be made. Null when the file is gone. */
  async state({ kind, fileId, recipe, digest }: VariantOf): Promise<VariantState | null> {
    const parameters: OfFile = [fileId, recipe, digest];
    const [row] = await this.arrays("read a variant", this.#sql[kind].state, parameters);
    if (row === undefined) return null;
    const { length } = this.columns;
    return {
      variant: row[0] === null ? null : this.columns.instance(row),
      failure: row[length] === null ? null : this.#failures.instance(row.slice(length)),
    };
  }

  /**
   * Moves a variant from the journal to the variants. Returns null when its lease is over, or its file
   * was deleted.
   */
  create(completion: VariantCompletion): Promise<VariantModel | null> {
    const { kind, fileId, recipe, digest, id, contentType, byteSize, sha256 } = completion;
    const { width, height, pageCount, unansweredSeconds, placeholder } = completion;
    return this.first("complete a variant", this.#sql[kind].create, [
      ...[fileId, recipe, digest, id, contentType, byteSize, sha256, width, height, pageCount],
      ...[unansweredSeconds, ...(kind === "image" ? [placeholder] : [])],
    ] as Create);
  }

  /**
   * Remembers that a variant could not be made, and why. False when its file is gone.
   *
   * @param failure `isFinal`: whether another attempt would be the same
   */
  async fail({ kind, fileId, recipe, digest }: VariantOf, failure: Failure): Promise<boolean> {
    const { fail } = this.#sql[kind];
    const attempts = failure.isFinal ? MAX_ATTEMPTS : 1;
    const reason = failure.message.slice(0, 500);
    const parameters = [fileId, recipe, digest, reason, attempts] as const;
    return (await this.arrays("remember a failure", fail, [...parameters])).length > 0;
  }

  /**
   * Moves a batch of variants to the journal of which the same recipe has a newer one, ready for a day.
   * Those of recipes as they are now stay.
   */
  removeSuperseded(current: readonly RecipeName[], leaseSeconds: number): Promise<VariantModel[]> {
    return this.rows("remove variants", this.#removeSuperseded, [
      current.map(({ name }) => name),
      current.map(({ digest }) => digest),
      leaseSeconds,
    ]);
  }

  /** Moves a batch of variants of recipes with other names to the journal. */
  removeOthers(names: readonly string[], leaseSeconds: number): Promise<VariantModel[]> {
    return this.rows("remove variants", this.#removeOthers, [names, leaseSeconds]);
  }

  /** Moves variants to the journal; skips those that are locked. */
  remove(ids: readonly string[], leaseSeconds: number): Promise<VariantModel[]> {
    return this.rows("remove variants", this.#remove, [ids, leaseSeconds]);
  }
}

/**
 * The INSERT that writes removed variants to the journal.
 *
 * @param lease SQL for when a sweep may take them over
 */
export function removedVariants(layout: Layout, source: string, lease: string): string {
  return intoJournal(layout, source, {
    kind: "variant",
    mayHaveParts: "false",
    held: { bytes: "byte_size", files: "0" },
    lease,
    settled: "GREATEST(unanswered_until, clock_timestamp())",
  });
}
