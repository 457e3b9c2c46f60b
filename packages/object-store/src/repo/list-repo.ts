import {
  type Connections,
  ModelColumns,
  PreparedStatement,
  type SqlParameter,
} from "@repo/database";
import type { MediaKind } from "@repo/media-inspection";

import type { Layout } from "../layout.js";
import { type Models, MODELS } from "./models.js";
import type { Owner } from "../owner-types.js";
import { withDatabaseErrors } from "./database-failure.js";
import { isLive } from "./grant-statements.js";
import { placeOf, type Reads, withVariant } from "./media-repo.js";
import { NOT_TRASHED, RESTORABLE, type StatementOptions } from "./statements.js";
import type { Tables } from "./tables.js";
import { FILE_COLUMNS, type RecipeName, variantOf } from "./variant-repo.js";

/** What the text of a list's statement depends on; everything else is a parameter. */
interface ListShape {
  /** The kinds to list, each with its content types; all types when undefined. */
  kinds: readonly { kind: MediaKind; contentTypes: readonly string[] | undefined }[];
  /** Lists the system's files instead of a user's. */
  system: boolean;
  order: "newest" | "oldest";
  /** Whether the time of creation has bounds. */
  created: boolean;
  /** Whether the name has a prefix. */
  named: boolean;
  /** Whether metadata is asked for. */
  metadata: boolean;
  /** Lists what is in the trash. */
  trashed: boolean;
  /** Lists what others share with the user instead of the user's files. */
  shared: boolean;
  /** Whether each file is read with its variant. */
  variant: boolean;
}

/** Which files of an owner a list shows. */
export interface ListSelection extends Pick<ListShape, "kinds" | "order" | "trashed" | "shared"> {
  owner: Owner;
  /** Exclusive bounds of the ids. */
  ids: { after: string; before: string };
  created: { from: Date | "-infinity"; before: Date | "infinity" } | undefined;
  /** The first name, and the name after the last one, in the order of code points. */
  filename: { from: string; before: string } | undefined;
  /** What the metadata contains, as JSON. */
  metadata: string | undefined;
  /** The recipe whose variant is read with each file. */
  variant: RecipeName | undefined;
}

type Columns = { readonly [K in MediaKind]: ModelColumns<Models[K]> };
type MediaRow = Models[MediaKind];

/** Its public methods, which the store in memory implements too. */
export type ListRows = Pick<ListRepo, keyof ListRepo>;

/** Lists files of one kind or of two, each page with one query that an index serves. */
export class ListRepo {
  readonly #connections: Connections;
  readonly #layout: Layout;
  readonly #place: "pool" | "replica";
  readonly #columns: Columns;
  readonly #statements = new Map<string, PreparedStatement<readonly SqlParameter[]>>();

  constructor({ connections, layout }: Tables, reads: Reads = "primary") {
    const { image, audio } = MODELS;
    this.#connections = connections;
    this.#layout = layout;
    this.#place = placeOf(reads);
    this.#columns = { image: new ModelColumns(image), audio: new ModelColumns(audio) };
  }

  /** The first files of a selection, in its order. */
  async page(
    selection: ListSelection,
    limit: number,
    { transaction }: StatementOptions,
  ): Promise<MediaRow[]> {
    const shape = shapeOf(selection);
    const columns = this.#columns;
    const statement = this.#statement("page", shape, () =>
      pageStatement(this.#layout, shape, columns),
    );
    const parameters = [...parametersFor(selection), limit];
    const rows = await withDatabaseErrors("list files", () =>
      statement.arrays(this.#connections, parameters, { transaction, on: this.#place }),
    );
    const [first, second] = shape.kinds.map(({ kind }) => columns[kind]);
    if (first === undefined) return [];
    const toFile = (of: ModelColumns<MediaRow>, values: readonly unknown[]): MediaRow => {
      const file = of.instance(values);
      return shape.variant ? withVariant(file, values[of.length]) : file;
    };
    if (second === undefined) return rows.map((row) => toFile(first, row));
    const end = 2 + widthOf(first, shape);
    return rows.map((row) =>
      row[1] === true ? toFile(first, row.slice(2, end)) : toFile(second, row.slice(end)),
    );
  }

  /** How many files a selection has. */
  async count(selection: ListSelection, { transaction }: StatementOptions): Promise<number> {
    const shape = shapeOf(selection);
    const statement = this.#statement("count", shape, () => countStatement(this.#layout, shape));
    const parameters = parametersFor(selection);
    const [row] = await withDatabaseErrors("count files", () =>
      statement.arrays(this.#connections, parameters, { transaction, on: this.#place }),
    );
    return Number(row?.[0]);
  }

  #statement(
    use: "page" | "count",
    shape: ListShape,
    text: () => string,
  ): PreparedStatement<readonly SqlParameter[]> {
    const key = `${use} ${JSON.stringify(shape)}`;
    let statement = this.#statements.get(key);
    if (statement === undefined) {
      // The best index depends on the times, names and metadata; and there are too many sets of content types to
      // keep a plan for each on each connection.
      const isVolatile =
        shape.created ||
        shape.named ||
        shape.metadata ||
        shape.kinds.some(({ contentTypes: types }) => types?.[1]);
      statement = new PreparedStatement(text(), { plan: isVolatile ? "each time" : "cached" });
      this.#statements.set(key, statement);
    }
    return statement;
  }
}

/** With kinds and types sorted, images first, so that equal selections share a statement. */
function shapeOf(selection: ListSelection): ListShape {
  const { kinds, owner, order, created, filename, metadata, trashed, shared, variant } = selection;
  return {
    kinds: kinds
      .map(({ kind, contentTypes }) => ({ kind, contentTypes: contentTypes?.toSorted() }))
      .sort((a, b) => (a.kind > b.kind ? -1 : 1)),
    system: owner === null,
    order,
    created: created !== undefined,
    named: filename !== undefined,
    metadata: metadata !== undefined,
    trashed,
    shared,
    variant: variant !== undefined,
  };
}

/** The parameters in the order of {@link placeholders}, without the limit. */
function parametersFor(selection: ListSelection): SqlParameter[] {
  const { ids, owner, created, filename, metadata, variant } = selection;
  return [
    ids.after,
    ids.before,
    ...(owner === null ? [] : [owner]),
    ...(created === undefined ? [] : [created.from, created.before]),
    ...(filename === undefined ? [] : [filename.from, filename.before]),
    ...(metadata === undefined ? [] : [metadata]),
    ...(variant === undefined ? [] : [variant.name, variant.digest]),
  ];
}

/** The columns of a kind, and its variant. */
function widthOf({ length }: { length: number }, { variant }: ListShape): number {
  return variant ? length + 1 : length;
}

/**
 * The statement for a page of files, by id. With one kind it returns the columns of that kind. With two
 * it returns the id, whether the file is of the first kind, and the columns of both kinds, where those
 * of the other kind are null.
 */
function pageStatement(layout: Layout, shape: ListShape, columns: Columns): string {
  const direction = shape.order === "newest" ? "DESC" : "ASC";
  const { limit, variant: recipe } = placeholders(shape);
  const variant = (kind: MediaKind): string =>
    shape.variant ? `, ${variantOf(layout, kind, layout.table(kind), recipe)} AS variant` : "";
  const kinds = shape.kinds.map(({ kind, contentTypes }) => {
    const branches = (contentTypes ?? [undefined]).flatMap((contentType) => {
      const order = keyOf(layout, shape, kind, contentType).map(
        (column) => `${column} ${direction}`,
      );
      return sourcesOf(layout, shape, kind, contentType).map(
        (source) =>
          `SELECT ${columns[kind].list()}${variant(kind)} ${source}` +
          ` ORDER BY ${order.join(", ")} LIMIT ${limit}`,
      );
    });
    return { kind, sql: merged(branches, `ORDER BY id ${direction} LIMIT ${limit}`) };
  });
  const [first, second] = kinds;
  if (first === undefined) throw new TypeError("A list needs at least one kind.");
  if (second === undefined) return first.sql;
  const nulls = (kind: MediaKind): string =>
    Array(widthOf(columns[kind], shape)).fill("NULL").join(", ");
  return (
    `SELECT files.id AS sort_id, true, files.*, ${nulls(second.kind)} FROM (${first.sql}) files` +
    ` UNION ALL ` +
    `SELECT files.id, false, ${nulls(first.kind)}, files.* FROM (${second.sql}) files` +
    ` ORDER BY sort_id ${direction} LIMIT ${limit}`
  );
}

/** The statement that counts files; takes the parameters of a page without the limit. */
function countStatement(layout: Layout, shape: ListShape): string {
  const counts = shape.kinds.flatMap(({ kind, contentTypes }) =>
    (contentTypes ?? [undefined]).flatMap((contentType) =>
      sourcesOf(layout, shape, kind, contentType).map((source) => `(SELECT count(*) ${source})`),
    ),
  );
  return `SELECT ${counts.join(" + ")}`;
}

/** The placeholders of a statement, numbered in this order; those that the shape lacks are left out. */
function placeholders({ system, created, named, metadata, variant }: ListShape): {
  afterId: string;
  beforeId: string;
  owner: string;
  created: readonly [string, string];
  named: readonly [string, string];
  metadata: string;
  variant: readonly [string, string];
  limit: string;
} {
  let last = 0;
  const take = (present: boolean): string => {
    if (present) last += 1;
    return `$${last}`;
  };
  return {
    afterId: take(true),
    beforeId: take(true),
    owner: take(!system),
    created: [take(created), take(created)],
    named: [take(named), take(named)],
    metadata: take(metadata),
    variant: [take(variant), take(variant)],
    limit: take(true),
  };
}

/** The columns of the index that a list reads in its order. */
function keyOf(
  layout: Layout,
  { trashed, shared }: ListShape,
  kind: MediaKind,
  contentType: string | undefined,
): string[] {
  if (shared) return ["shared.grantee", "shared.file_id"];
  const ofType = contentType === undefined ? [] : ["content_type"];
  const columns = trashed ? ["id"] : [...ofType, "restorable_until", "id"];
  // Of the table: times are selected in another form.
  return ["user_id", ...columns].map((column) => `${layout.table(kind)}.${column}`);
}

/** What a list reads, each part by an index of its own. */
function sourcesOf(
  layout: Layout,
  shape: ListShape,
  kind: MediaKind,
  contentType: string | undefined,
): string[] {
  const { created, named, metadata } = placeholders(shape);
  const conditions = [
    ...(shape.shared ? [] : [keyset(shape)]),
    shape.trashed ? RESTORABLE : NOT_TRASHED,
    ...(contentType === undefined ? [] : [`content_type = '${contentType}'`]),
    ...(shape.created ? [`created_at >= ${created[0]} AND created_at < ${created[1]}`] : []),
    ...(shape.named
      ? [
          `original_filename COLLATE "C" >= ${named[0]}`,
          `original_filename COLLATE "C" < ${named[1]}`,
        ]
      : []),
    ...(shape.metadata ? [`metadata @> ${metadata}::jsonb`] : []),
  ];
  const where = `WHERE ${conditions.join(" AND ")}`;
  return shape.shared
    ? sharedFiles(layout, shape, kind).map((files) => `FROM ${files} ${where}`)
    : [`FROM ${layout.table(kind)} ${where}`];
}

/** The files that are shared with the user, and the others' that are shared with everyone and not so. */
function sharedFiles(layout: Layout, shape: ListShape, kind: MediaKind): string[] {
  const { afterId, beforeId, owner } = placeholders(shape);
  const table = layout.table(kind);
  const grants = layout.table("grant");
  const column = FILE_COLUMNS[kind];
  const toUser = (condition: string): string => `
    (
      SELECT granted.grantee, granted.${column} AS file_id FROM ${grants} AS granted
      WHERE ${condition} AND ${isLive("granted")}
        AND granted.${column} > ${afterId} AND granted.${column} < ${beforeId}
    ) AS shared JOIN ${table} ON ${table}.id = shared.file_id AND ${table}.user_id <> ${owner}
  `;
  return [
    toUser(`granted.grantee = ${owner}`),
    toUser(`granted.grantee IS NULL AND NOT EXISTS (
      SELECT FROM ${grants} AS own
      WHERE own.${column} = granted.${column} AND own.grantee = ${owner} AND ${isLive("own")}
    )`),
  ];
}

/**
 * The condition on owner and id. The primary key would give the order of the trash as well: rows are compared
 * as a whole where possible, so that PostgreSQL does not walk the files of all owners.
 */
function keyset(shape: ListShape): string {
  const { afterId, beforeId, owner } = placeholders(shape);
  if (shape.trashed && !shape.system && !shape.named) {
    return `(user_id, id) > (${owner}, ${afterId}) AND (user_id, id) < (${owner}, ${beforeId})`;
  }
  const owned = shape.system ? "user_id IS NULL" : `user_id = ${owner}`;
  return `${owned} AND id > ${afterId} AND id < ${beforeId}`;
}

function merged(branches: readonly string[], ending: string): string {
  const [only, second] = branches;
  if (only !== undefined && second === undefined) return only;
  const all = branches.map((branch) => `(${branch})`).join(" UNION ALL ");
  return `SELECT * FROM (${all}) types ${ending}`;
}
