import type { ModelCtor } from "sequelize-typescript";

import type { MediaFileModel } from "../models/media-file.model.js";
import { guarded } from "./database-failure.js";
import type { FileTable } from "./file-table.js";
import type { NewFile, StatementOptions } from "./media-repo.js";
import { namingOwner } from "./naming-owner.js";
import { SqlTable } from "./sql-table.js";
import { UploadStatements } from "./upload-statements.js";

/** The rows of one kind of file in PostgreSQL, whose uploads share statements under load. */
export class SqlFileTable<Row extends MediaFileModel>
  extends SqlTable<Row>
  implements FileTable<Row>
{
  readonly #uploads: UploadStatements<Row>;

  constructor(model: ModelCtor<Row>) {
    super(model);
    this.#uploads = new UploadStatements(model);
  }

  async insertPending(
    file: NewFile,
    leaseSeconds: number,
    options: StatementOptions,
  ): Promise<Row> {
    return guarded("record the upload", () =>
      namingOwner(file.userId, () => this.#uploads.insert({ file, leaseSeconds }, options)),
    );
  }

  async complete(id: string, facts: object, options: StatementOptions): Promise<Row | null> {
    return guarded("complete the upload", () => this.#uploads.complete({ ...facts, id }, options));
  }
}
