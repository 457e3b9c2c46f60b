import { type MediaKind, TABLES } from "../kinds.js";

/** What the text of a list's statement depends on; everything else is a parameter. */
export interface ListShape {
  /** The kinds to list, each with its content types; all types when undefined. */
  kinds: readonly { kind: MediaKind; contentTypes: readonly string[] | undefined }[];
  /** Lists the system's files instead of a user's. */
  system: boolean;
  order: "newest" | "oldest";
  /** Whether the time of creation has bounds. */
  created: boolean;
  /** Whether the name has a prefix. */
  named: boolean;
}

/** The columns of a kind, as SELECT lists them. */
export interface ListColumns {
  list(): string;
  readonly length: number;
}

/**
 * The statement for a page of files, by id. With one kind it returns the columns of that kind. With two
 * it returns the id, whether the file is of the first kind, and the columns of both kinds, where those
 * of the other kind are null.
 */
export function pageStatement(
  shape: ListShape,
  columns: Readonly<Record<MediaKind, ListColumns>>,
): string {
  const direction = shape.order === "newest" ? "DESC" : "ASC";
  const { limit } = parametersOf(shape);
  const kinds = shape.kinds.map(({ kind, contentTypes }) => {
    const branches = (contentTypes ?? [undefined]).map((contentType) => {
      const order = [...keyOf(contentType), "id"].map((column) => `${column} ${direction}`);
      return (
        `SELECT ${columns[kind].list()} ${source(shape, kind, contentType)}` +
        ` ORDER BY ${order.join(", ")} LIMIT ${limit}`
      );
    });
    return { kind, sql: merged(branches, `ORDER BY id ${direction} LIMIT ${limit}`) };
  });
  const [first, second] = kinds;
  if (first === undefined) throw new TypeError("a list is of one kind at least");
  if (second === undefined) return first.sql;
  const nulls = (kind: MediaKind): string => Array(columns[kind].length).fill("NULL").join(", ");
  return (
    `SELECT files.id AS sort_id, true, files.*, ${nulls(second.kind)} FROM (${first.sql}) files` +
    ` UNION ALL ` +
    `SELECT files.id, false, ${nulls(first.kind)}, files.* FROM (${second.sql}) files` +
    ` ORDER BY sort_id ${direction} LIMIT ${limit}`
  );
}

/** The statement that counts files; takes the parameters of a page without the limit. */
export function countStatement(shape: ListShape): string {
  const counts = shape.kinds.flatMap(({ kind, contentTypes }) =>
    (contentTypes ?? [undefined]).map(
      (contentType) => `(SELECT count(*) ${source(shape, kind, contentType)})`,
    ),
  );
  return `SELECT ${counts.join(" + ")}`;
}

/** The placeholders of a statement, numbered in this order; those that the shape lacks are left out. */
function parametersOf({ system, created, named }: ListShape): {
  afterId: string;
  beforeId: string;
  owner: string;
  created: readonly [string, string];
  named: readonly [string, string];
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
    limit: take(true),
  };
}

/** The columns of the index before the id. */
function keyOf(contentType: string | undefined): string[] {
  return contentType === undefined ? ["user_id"] : ["user_id", "content_type"];
}

function source(shape: ListShape, kind: MediaKind, contentType: string | undefined): string {
  const { created, named } = parametersOf(shape);
  const conditions = [
    keyset(shape, contentType),
    ...(shape.created ? [`created_at >= ${created[0]} AND created_at < ${created[1]}`] : []),
    ...(shape.named
      ? [
          `original_filename COLLATE "C" >= ${named[0]}`,
          `original_filename COLLATE "C" < ${named[1]}`,
        ]
      : []),
  ];
  return `FROM "${TABLES[kind]}" WHERE ${conditions.join(" AND ")}`;
}

/**
 * The condition on owner, type and id. Compares whole rows where possible: given a single owner,
 * PostgreSQL may otherwise walk the primary key and read the files of all owners.
 */
function keyset(shape: ListShape, contentType: string | undefined): string {
  const { afterId, beforeId, owner } = parametersOf(shape);
  const type = contentType === undefined ? [] : [`'${contentType}'`];
  if (shape.system || shape.named) {
    return [
      shape.system ? "user_id IS NULL" : `user_id = ${owner}`,
      ...type.map((value) => `content_type = ${value}`),
      `id > ${afterId} AND id < ${beforeId}`,
    ].join(" AND ");
  }
  const key = [...keyOf(contentType), "id"].join(", ");
  const [after, before] = [afterId, beforeId].map((id) => [owner, ...type, id].join(", "));
  return `(${key}) > (${after ?? ""}) AND (${key}) < (${before ?? ""})`;
}

function merged(branches: readonly string[], ending: string): string {
  const [only, second] = branches;
  if (only !== undefined && second === undefined) return only;
  const all = branches.map((branch) => `(${branch})`).join(" UNION ALL ");
  return `SELECT * FROM (${all}) types ${ending}`;
}
