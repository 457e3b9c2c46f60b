import {
  type Connections,
  ModelColumns,
  PreparedStatement,
  type SqlParameter,
} from "@repo/database";

import type { AudioModel } from "../models/audio.model.js";
import type { ImageModel } from "../models/image.model.js";
import type { Owner } from "./owner.js";
import { withDatabaseErrors } from "./database-failure.js";
import {
  countStatement,
  type ListColumns,
  type ListShape,
  pageStatement,
} from "./list-statement.js";
import { placeOf, type Reads } from "./media-repo.js";
import { modelsFor } from "./models-for.js";
import type { StatementOptions } from "./statements.js";

/** Which files of an owner a list shows. */
export interface ListSelection extends Pick<ListShape, "kinds" | "order"> {
  owner: Owner;
  /** Exclusive bounds of the ids. */
  ids: { after: string; before: string };
  created: { from: Date | "-infinity"; before: Date | "infinity" } | undefined;
  /** The first name, and the name after the last one, in the order of code points. */
  filename: { from: string; before: string } | undefined;
}

type MediaRow = ImageModel | AudioModel;

/** What the use cases need of it. */
export type ListRows = Pick<ListRepo, keyof ListRepo>;

/** Lists files of one kind or of all, each page with one query that an index serves. */
export class ListRepo {
  readonly #connections: Connections;
  readonly #place: "pool" | "replica";
  readonly #image: ModelColumns<ImageModel>;
  readonly #audio: ModelColumns<AudioModel>;
  readonly #statements = new Map<string, PreparedStatement<readonly SqlParameter[]>>();

  constructor(connections: Connections, reads: Reads = "primary") {
    const models = modelsFor(connections.sequelize);
    this.#connections = connections;
    this.#place = placeOf(reads);
    this.#image = new ModelColumns(models.image);
    this.#audio = new ModelColumns(models.audio);
  }

  /** The first files of a selection, in its order. */
  async page(
    selection: ListSelection,
    limit: number,
    options: StatementOptions,
  ): Promise<MediaRow[]> {
    const shape = shapeOf(selection);
    const columns: Record<"image" | "audio", ListColumns> = {
      image: this.#image,
      audio: this.#audio,
    };
    const statement = this.#statement("page", shape, () => pageStatement(shape, columns));
    const rows = await withDatabaseErrors("list files", () =>
      statement.arrays(this.#connections, [...parametersFor(selection), limit], {
        ...options,
        on: this.#place,
      }),
    );
    const [first, second] = shape.kinds;
    if (second === undefined) {
      return first?.kind === "image" ? this.#image.instances(rows) : this.#audio.instances(rows);
    }
    const [imageStart, audioStart] = [2, 2 + this.#image.length];
    return rows.map((row) =>
      row[1] === true
        ? this.#image.instance(row.slice(imageStart, audioStart))
        : this.#audio.instance(row.slice(audioStart)),
    );
  }

  /** How many files a selection has. */
  async count(selection: ListSelection, options: StatementOptions): Promise<number> {
    const shape = shapeOf(selection);
    const statement = this.#statement("count", shape, () => countStatement(shape));
    const [row] = await withDatabaseErrors("count files", () =>
      statement.arrays<[count: string]>(this.#connections, parametersFor(selection), {
        ...options,
        on: this.#place,
      }),
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
      // The best index depends on the times and names; and there are too many sets of content types to
      // keep a plan for each on each connection.
      const isVolatile =
        shape.created || shape.named || shape.kinds.some(({ contentTypes: types }) => types?.[1]);
      statement = new PreparedStatement(text(), { plan: isVolatile ? "each time" : "cached" });
      this.#statements.set(key, statement);
    }
    return statement;
  }
}

/** With kinds and types sorted, images first, so that equal selections share a statement. */
function shapeOf({ kinds, owner, order, created, filename }: ListSelection): ListShape {
  return {
    kinds: kinds
      .map(({ kind, contentTypes }) => ({ kind, contentTypes: contentTypes?.toSorted() }))
      .sort((a, b) => (a.kind > b.kind ? -1 : 1)),
    system: owner === null,
    order,
    created: created !== undefined,
    named: filename !== undefined,
  };
}

/** The parameters in the order of `list-statement`, without the limit. */
function parametersFor({ ids, owner, created, filename }: ListSelection): SqlParameter[] {
  return [
    ids.after,
    ids.before,
    ...(owner === null ? [] : [owner]),
    ...(created === undefined ? [] : [created.from, created.before]),
    ...(filename === undefined ? [] : [filename.from, filename.before]),
  ];
}
