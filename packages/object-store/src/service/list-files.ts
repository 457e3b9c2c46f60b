import type { MediaKind } from "@repo/media-inspection";

import { type Checked, checkOptions } from "../checks.js";
import { type AudioRead, type ImageRead, toMediaRead } from "../dto/media-read.js";
import { Page } from "../dto/page.js";
import type { Owner } from "../kinds.js";
import type { ListAllQuery, ListFilter, ListQuery } from "../provider.js";
import type { ListRows } from "../repo/list-repo.js";
import { throwIfAborted } from "../upload/abort.js";
import { encodeCursor } from "./cursor.js";
import type { Dependencies } from "./dependencies.js";
import { checkListQuery, selectionOf } from "./list-query.js";
import { signRow } from "./urls.js";

/** The lists of one kind of file or of both, for any owner. */
export class FileLists<Read extends ImageRead | AudioRead> {
  readonly #dependencies: Dependencies;
  readonly #repo: ListRows;
  readonly #kinds: readonly MediaKind[];

  /** @param kinds must be those of `Read` */
  constructor(dependencies: Dependencies, repo: ListRows, kinds: readonly MediaKind[]) {
    this.#dependencies = dependencies;
    this.#repo = repo;
    this.#kinds = kinds;
  }

  async page(owner: Owner, query: Checked<ListQuery>): Promise<Page<Read>> {
    const checked = checkListQuery(this.#dependencies, owner, this.#kinds, query);
    const { limit, selection, binding, urls } = checked;
    // One more than the limit shows whether more follow.
    const rows = await this.#repo.page(selection, limit + 1, { transaction: query.transaction });
    const shown = rows.slice(0, limit);
    const items = shown.map((row) => toMediaRead(row) as Read);
    if (urls !== undefined) {
      const signed = await Promise.all(shown.map((row) => signRow(this.#dependencies, row, urls)));
      items.forEach((item, index) => {
        const { url, expiresAt } = signed[index] ?? {};
        Object.assign(item, { url, urlExpiresAt: expiresAt });
      });
    }
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return Object.assign(new Page<Read>(), {
      items,
      nextCursor: last === undefined ? null : encodeCursor(last.id, binding),
    });
  }

  /** Every file, a page at a time. */
  async *all(owner: Owner, given: ListAllQuery | undefined): AsyncGenerator<Read, void, undefined> {
    const { signal, ...query } = checkOptions(given);
    let cursor: string | null = null;
    do {
      throwIfAborted(signal);
      const next: Checked<ListQuery> = { limit: 200, ...query, cursor };
      const page: Page<Read> = await this.#dependencies.calls.run(() => this.page(owner, next));
      for (const item of page.items) {
        throwIfAborted(signal);
        yield item;
      }
      cursor = page.nextCursor;
    } while (cursor !== null);
  }

  async count(owner: Owner, filter: Checked<ListFilter>): Promise<number> {
    const { transaction } = filter;
    return this.#repo.count(selectionOf(owner, this.#kinds, filter), { transaction });
  }
}
