import { type MediaKind, TABLES } from "../kinds.js";

/** What decides the text of a list's statement; all else are its parameters. */
export interface ListShape {
  /** The kinds to list, each with its content types, or with all of them. */
  kinds: readonly { kind: MediaKind; contentTypes: readonly string[] | undefined }[];
  /** The system's files, which have no owner, instead of a user's. */
  system: boolean;
  order: "newest" | "oldest";
  /** With bounds of the time of creation. */
  created: boolean;
  /** With the start of a name. */
  named: boolean;
}

/** The columns of a kind, as SELECT lists them. */
export interface ListColumns {
  list(): string;
  readonly length: number;
}

/**
 * A page of files, by id. With one kind it gives that kind's columns. With both it gives the id,
 * whether the file is of the first kind, and the columns of both, of which those of one are null.
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

/** How many files there are; takes the parameters of a page but for the limit. */
export function countStatement(shape: ListShape): string {
  const counts = shape.kinds.flatMap(({ kind, contentTypes }) =>
    (contentTypes ?? [undefined]).map(
      (contentType) => `(SELECT count(*) ${source(shape, kind, contentType)})`,
    ),
  );
  return `SELECT ${counts.join(" + ")}`;
}

/** In this order a statement takes its parameters; those that the shape lacks are left out. */
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

/** What an index has before the id. */
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
 * The ids of an owner between two. Rows are compared as a whole where that is possible: by an owner
 * that is known to be one only, PostgreSQL may order by the primary key and read everyone's files.
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
