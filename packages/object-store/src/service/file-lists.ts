import type { MediaKind } from "@repo/media-inspection";

import { type Checked, checkOptions } from "../checks.js";
import type { ReadOf } from "../dto/dtos-of-kind.js";
import { toMediaRead } from "../dto/media-read.js";
import { Page } from "../dto/page.js";
import { MEDIA_KINDS } from "../kinds.js";
import type {
  FileLists as PublicFileLists,
  ListAllQuery,
  ListFilter,
  ListQuery,
  SharedQuery,
  ShowUrls,
  ShowVariantUrls,
  WithUrl,
  WithVariantUrl,
} from "../provider.js";
import { throwIfAborted } from "../upload/abort.js";
import { encodeCursor } from "./cursor.js";
import { checkListQuery, selectionOf } from "./list-query.js";
import type { ScopedCalls } from "./scoped-calls.js";
import { requireSharing } from "./sharing.js";
import { withUrl } from "./urls.js";

const PAGE_OF_ALL = 200;

/** The lists of a scope's own files, of one kind or of all. */
export class FileLists<K extends MediaKind> implements PublicFileLists<ReadOf<K>> {
  readonly #scope: ScopedCalls;
  readonly #kinds: readonly MediaKind[];

  constructor(scope: ScopedCalls<K> | ScopedCalls<undefined>) {
    this.#scope = scope;
    this.#kinds = scope.kind === undefined ? MEDIA_KINDS : [scope.kind];
  }

  list(query: ListQuery & ShowVariantUrls): Promise<Page<WithVariantUrl<ReadOf<K>>>>;
  list(query: ListQuery & ShowUrls): Promise<Page<WithUrl<ReadOf<K>>>>;
  list(query?: ListQuery): Promise<Page<ReadOf<K>>>;
  list(query?: ListQuery): Promise<Page<object>> {
    return this.#scope.run("list", query, (checked) => this.#page(checked));
  }

  sharedWithMe(query: SharedQuery & ShowVariantUrls): Promise<Page<WithVariantUrl<ReadOf<K>>>>;
  sharedWithMe(query: SharedQuery & ShowUrls): Promise<Page<WithUrl<ReadOf<K>>>>;
  sharedWithMe(query?: SharedQuery): Promise<Page<ReadOf<K>>>;
  sharedWithMe(query?: SharedQuery): Promise<Page<object>> {
    return this.#scope.run("shared_with_me", query, async (checked) => {
      requireSharing(this.#scope);
      return this.#page(checked, true);
    });
  }

  all(query: ListAllQuery & ShowVariantUrls): AsyncIterable<WithVariantUrl<ReadOf<K>>>;
  all(query: ListAllQuery & ShowUrls): AsyncIterable<WithUrl<ReadOf<K>>>;
  all(query?: ListAllQuery): AsyncIterable<ReadOf<K>>;
  all(query?: ListAllQuery): AsyncIterable<object> {
    return this.#pages(this.#scope.joined(query));
  }

  count(filter?: ListFilter): Promise<number> {
    return this.#scope.run("count", filter, ({ transaction, ...checked }) =>
      this.#scope.dependencies.lists.count(selectionOf(this.#scope.owner, this.#kinds, checked), {
        transaction,
      }),
    );
  }

  async #page(query: Checked<ListQuery>, shared = false): Promise<Page<ReadOf<K>>> {
    const { dependencies, owner } = this.#scope;
    const { s3, lists } = dependencies;
    const checked = checkListQuery(dependencies, owner, this.#kinds, query, shared);
    const { limit, selection, binding, urls } = checked;
    // One more than the limit shows whether more follow.
    const rows = await lists.page(selection, limit + 1, { transaction: query.transaction });
    const shown = rows.slice(0, limit);
    const files = shown.map((row) => toMediaRead(row) as ReadOf<K>);
    if (urls !== undefined) {
      await Promise.all(shown.map((row, at) => withUrl(s3, files[at] as ReadOf<K>, row, urls)));
    }
    const last = rows.length > limit ? shown.at(-1) : undefined;
    return Object.assign(new Page<ReadOf<K>>(), {
      items: files,
      nextCursor: last === undefined ? null : encodeCursor(last.id, binding),
    });
  }

  async *#pages(given: ListAllQuery | undefined): AsyncGenerator<ReadOf<K>, void, undefined> {
    const { signal, ...query } = checkOptions(given);
    const { calls, owners } = this.#scope.dependencies;
    let cursor: string | null = null;
    do {
      throwIfAborted(signal);
      const next: Checked<ListQuery> = { limit: PAGE_OF_ALL, ...query, cursor };
      const page: Page<ReadOf<K>> = await calls.run(async () => {
        await owners.check();
        return this.#page(next);
      });
      for (const item of page.items) {
        throwIfAborted(signal);
        yield item;
      }
      cursor = page.nextCursor;
    } while (cursor !== null);
  }
}
