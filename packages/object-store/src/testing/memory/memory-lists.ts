import type { Sequelize } from "sequelize-typescript";

import type { AudioModel } from "../../models/audio.model.js";
import type { ImageModel } from "../../models/image.model.js";
import { ListRepo, type ListSelection } from "../../repo/list-repo.js";
import type { MemoryTable } from "./memory-table.js";

type MediaRow = ImageModel | AudioModel;

interface Tables {
  image: MemoryTable<ImageModel>;
  audio: MemoryTable<AudioModel>;
}

/** Lists of ready files, in memory. */
export class MemoryLists extends ListRepo {
  readonly #tables: Tables;

  constructor(database: Sequelize, tables: Tables) {
    super(database);
    this.#tables = tables;
  }

  override async page(selection: ListSelection, limit: number): Promise<MediaRow[]> {
    await Promise.resolve();
    const ascending = this.#selected(selection).sort((a, b) => (a.id < b.id ? -1 : 1));
    const ordered = selection.order === "newest" ? ascending.reverse() : ascending;
    return ordered.slice(0, limit);
  }

  override async count(selection: ListSelection): Promise<number> {
    await Promise.resolve();
    return this.#selected(selection).length;
  }

  #selected({ kinds, owner, ids, created, filename }: ListSelection): MediaRow[] {
    return kinds.flatMap(({ kind, contentTypes }) => {
      const table = this.#tables[kind];
      const types = contentTypes === undefined ? {} : { contentType: [...contentTypes] };
      return table.rows
        .select({ userId: owner, status: "ready", ...types })
        .map((values) => table.toModel(values))
        .filter(({ id }) => id > ids.after && id < ids.before)
        .filter(({ createdAt }) => created === undefined || isWithin(createdAt, created))
        .filter(({ originalFilename }) => {
          if (filename === undefined) return true;
          if (originalFilename === null) return false;
          const { from, before } = filename;
          return !isBefore(originalFilename, from) && isBefore(originalFilename, before);
        });
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
