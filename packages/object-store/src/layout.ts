import { checkOptions } from "./checks.js";
import { described } from "./described.js";
import { InvalidInputError } from "./errors.js";
import type { StoredKind } from "./kinds.js";
import { OWNER_TYPES, type OwnerType } from "./owner-types.js";

/** Which table holds the owners of files, and what their ids are. */
export interface OwnerTable<Type extends OwnerType = "uuid"> {
  /** Names the schema of the owners' table. By default, the search path finds it. */
  schema?: string;
  /** Names the owners' table: `users` by default. Null makes no foreign key. */
  table?: string | null;
  /** Names its primary key, or another unique column: `id` by default. */
  column?: string;
  /**
   * Names the type of the column: `uuid` by default. Text has 127 bytes at most. Keys and signed URLs
   * contain the owner's id, and text as hexadecimal digits, which anyone can decode.
   */
  type?: Type;
}

/** Names the module's tables, with 1 to 39 bytes each. */
export interface TableNames {
  /** Default: `images`. */
  images?: string;
  /** Default: `audio`. */
  audio?: string;
  /** Default: `direct_uploads`. */
  directUploads?: string;
  /** Default: `object_store_journal`. */
  journal?: string;
  /** Default: `media_variants`. */
  variants?: string;
  /** Default: `media_variant_failures`. */
  variantFailures?: string;
  /** Default: `media_usage`. */
  usage?: string;
  /** Default: `media_events`. */
  events?: string;
  /** Default: `media_grants`. */
  grants?: string;
}

/**
 * How the module's tables fit into a database. Give the same to the migrations, to the provider and to
 * maintenance; it has to stay the same for the life of a database. Options in a variable keep the type of
 * owners with `satisfies TableOptions<"integer">`.
 *
 * Two stores with tables of their own need a bucket each: an audit takes for orphans what its own tables
 * do not have.
 */
export interface TableOptions<Type extends OwnerType = "uuid"> {
  /**
   * Says which table `user_id` refers to, and the type of its key. By default, `users(id)` with UUIDs.
   * Null makes owners UUIDs without a foreign key.
   */
  owner?: OwnerTable<Type> | null;
  /** Names the schema of the module's tables, which must exist. By default, the search path decides. */
  schema?: string;
  /** Names the module's tables, for a database that has tables of the default names already. */
  tables?: TableNames;
}

/** A table of the module. */
export type TableName = StoredKind | "journal" | "variant_failure" | "usage" | "event" | "grant";

const OPTIONS: readonly (readonly [TableName, keyof TableNames, string])[] = [
  ["image", "images", "images"],
  ["audio", "audio", "audio"],
  ["direct_upload", "directUploads", "direct_uploads"],
  ["journal", "journal", "object_store_journal"],
  ["variant", "variants", "media_variants"],
  ["variant_failure", "variantFailures", "media_variant_failures"],
  ["usage", "usage", "media_usage"],
  ["event", "events", "media_events"],
  ["grant", "grants", "media_grants"],
];

/** PostgreSQL cuts longer names. */
const MAX_NAME_BYTES = 63;

/** Leaves room for the endings of indexes and constraints. */
const MAX_TABLE_NAME_BYTES = 39;

/** The names of the module's tables in SQL, and what owners are. */
export class Layout {
  /** Without quotes and schema. */
  readonly names: Readonly<Record<TableName, string>>;
  readonly ownerType: OwnerType;
  /** What `user_id` refers to: quoted names, and the column's without quotes. Null for no foreign key. */
  readonly owner: { table: string; column: string; columnName: string } | null;
  readonly #schema: string | undefined;

  /** @throws InvalidInputError (`invalid_input`) */
  constructor(options?: TableOptions<OwnerType>) {
    const { schema, tables, owner } = checkOptions(options);
    const given: TableNames = checkOptions(tables);
    const entries = OPTIONS.map(([name, option, usual]) => [
      name,
      checkName(`tables.${option}`, given[option] ?? usual, MAX_TABLE_NAME_BYTES),
    ]);
    this.names = Object.fromEntries(entries) as Record<TableName, string>;
    const names = Object.values(this.names);
    if (new Set(names).size < names.length) {
      throw new InvalidInputError("The names in tables must differ.");
    }
    this.#schema = optionalName("schema", schema);
    const { type = "uuid", ...reference } = checkOptions(owner);
    if (!OWNER_TYPES.includes(type)) {
      throw new InvalidInputError(
        `owner.type must be one of ${OWNER_TYPES.join(", ")}, and ${described(type)} came.`,
      );
    }
    this.ownerType = type;
    this.owner = owner === null ? null : referenceTo(reference);
  }

  /** The name of a table, quoted, with its schema. */
  table(name: TableName): string {
    return path(this.#schema, this.names[name]);
  }

  /** The quoted name of an index or a constraint of a table. */
  part(name: TableName, ending: string): string {
    return quoted(`${this.names[name]}_${ending}`);
  }

  /** The name of an index of a table, quoted, with its schema. */
  index(name: TableName, ending: string): string {
    return path(this.#schema, `${this.names[name]}_${ending}`);
  }
}

function referenceTo({
  schema,
  table = "users",
  column = "id",
}: Omit<OwnerTable, "type">): Layout["owner"] {
  if (table === null) return null;
  const owners = path(optionalName("owner.schema", schema), checkName("owner.table", table));
  const columnName = checkName("owner.column", column);
  return { table: owners, column: quoted(columnName), columnName };
}

function path(schema: string | undefined, name: string): string {
  return schema === undefined ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
}

function quoted(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** An SQL string. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function optionalName(option: string, name: unknown): string | undefined {
  return name === undefined ? undefined : checkName(option, name);
}

function checkName(option: string, name: unknown, maxBytes = MAX_NAME_BYTES): string {
  const isName = typeof name === "string" && name !== "" && !/[\p{Cc}\\]|\$\$/u.test(name);
  if (isName && Buffer.byteLength(name) <= maxBytes) return name;
  const came = typeof name === "string" ? "another string" : described(name);
  throw new InvalidInputError(
    `${option} must be a name of 1 to ${maxBytes} bytes, and ${came} came.`,
  );
}
