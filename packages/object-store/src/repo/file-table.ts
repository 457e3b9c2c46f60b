import type { MediaFileModel } from "../models/media-file.model.js";
import type { NewFile, StatementOptions } from "./media-repo.js";
import type { MediaTable } from "./media-table.js";

/** Where the rows of files are, and the two writes of every upload. */
export interface FileTable<Row extends MediaFileModel> extends MediaTable<Row> {
  /**
   * Adds a pending file with a lease of so many seconds from now.
   *
   * @throws OwnerNotFoundError (`owner_not_found`)
   */
  insertPending(file: NewFile, leaseSeconds: number, options: StatementOptions): Promise<Row>;
  /** Fills in what is known of a pending file and makes it ready; null when its lease is over. */
  complete(id: string, facts: object, options: StatementOptions): Promise<Row | null>;
}
