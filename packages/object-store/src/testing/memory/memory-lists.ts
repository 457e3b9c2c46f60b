import type { FileMetadata } from "../../file-metadata.js";
import type { AudioModel } from "../../models/audio.model.js";
import type { ImageModel } from "../../models/image.model.js";
import type { ListRows, ListSelection } from "../../repo/list-repo.js";
import type { StatementOptions } from "../../repo/statements.js";
import { isShared } from "./memory-grants.js";
import type { Values } from "./memory-rows.js";
import { isOver, type MemoryTable, type MemoryTables } from "./memory-table.js";
import { variantRead } from "./memory-variants.js";

type MediaRow = ImageModel | AudioModel;

/** Lists of files, in memory. */
export class MemoryLists implements ListRows {
  constructor(private readonly tables: MemoryTables) {}

  async page(
    selection: ListSelection,
    limit: number,
    options: StatementOptions,
  ): Promise<MediaRow[]> {
    await Promise.resolve();
    const ascending = this.#selected(selection, options).sort((a, b) => (a.id < b.id ? -1 : 1));
    const ordered = selection.order === "newest" ? ascending.reverse() : ascending;
    const page = ordered.slice(0, limit);
    const { variant } = selection;
    if (variant === undefined) return page;
    for (const file of page) {
      const kind = file.contentType.startsWith("image/") ? "image" : "audio";
      file.variant = variantRead(this.tables, kind, file.id, variant, options.transaction);
    }
    return page;
  }

  async count(selection: ListSelection, options: StatementOptions): Promise<number> {
    await Promise.resolve();
    return this.#selected(selection, options).length;
  }

  #selected(
    { kinds, owner, ids, created, filename, metadata, trashed, shared }: ListSelection,
    { transaction }: StatementOptions,
  ): MediaRow[] {
    const asked = Object.entries(JSON.parse(metadata ?? "{}") as FileMetadata);
    return kinds.flatMap(({ kind, contentTypes }) => {
      const table: MemoryTable<ImageModel> | MemoryTable<AudioModel> = this.tables[kind];
      const isAsked = ({ id: fileId, userId }: Values): boolean =>
        shared
          ? userId !== owner && isShared(this.tables, { kind, fileId, reader: owner }, transaction)
          : userId === owner;
      const files: MediaRow[] = table.select(isAsked, transaction);
      return files
        .filter(({ restorableUntil }) =>
          trashed ? restorableUntil !== null && !isOver(restorableUntil) : restorableUntil === null,
        )
        .filter(({ contentType }) => contentTypes?.includes(contentType) ?? true)
        .filter(({ id }) => id > ids.after && id < ids.before)
        .filter(({ createdAt }) => created === undefined || isWithin(createdAt, created))
        .filter(({ originalFilename }) => {
          if (filename === undefined) return true;
          if (originalFilename === null) return false;
          const { from, before } = filename;
          return !isBefore(originalFilename, from) && isBefore(originalFilename, before);
        })
        .filter(({ metadata: of }) =>
          asked.every(([name, value]) => Object.hasOwn(of, name) && of[name] === value),
        );
    });
  }
}

function isWithin(
  createdAt: Date,
  { from, before }: NonNullable<ListSelection["created"]>,
): boolean {
  return (
    (from === "-infinity" || createdAt >= from) && (before === "infinity" || createdAt < before)
  );
}

/** In the order of code points, as PostgreSQL's collation "C" has it. */
function isBefore(a: string, b: string): boolean {
  return Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0;
}
