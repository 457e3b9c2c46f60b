/** The most items of one statement. */
const MAX_ITEMS = 100;

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Batches items into statements: an item runs at once when no statement is in flight, and otherwise
 * together with all that arrive until it ends.
 */
export class StatementGroup<Item, Result> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #isOfOneItem: (error: unknown) => boolean;
  readonly #onIdle: () => void;
  #waiting: Waiting<Item, Result>[] = [];
  #isBusy = false;

  /**
   * @param run returns a result for each item, in order; takes effect for all items or for none
   * @param isOfOneItem whether a failure is due to a single item; each item is then retried alone
   * @param onIdle called when no item is left
   */
  constructor(
    run: (items: readonly Item[]) => Promise<readonly Result[]>,
    isOfOneItem: (error: unknown) => boolean,
    onIdle: () => void = () => undefined,
  ) {
    this.#run = run;
    this.#isOfOneItem = isOfOneItem;
    this.#onIdle = onIdle;
  }

  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#isBusy) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) await this.#settle(this.#waiting.splice(0, MAX_ITEMS));
    this.#isBusy = false;
    this.#onIdle();
  }

  async #settle(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.#run(group.map(({ item }) => item));
      group.forEach(({ resolve }, index) => {
        resolve(results[index] as Result);
      });
    } catch (error) {
      if (group.length === 1 || !this.#isOfOneItem(error)) {
        for (const { reject } of group) reject(error);
      } else {
        for (const each of group) await this.#settle([each]);
      }
    }
  }
}

/** Runs one query for concurrent calls with the same key. */
export class SharedAnswers<Answer> {
  readonly #inFlight = new Map<string, Promise<Answer>>();

  share(key: string, query: () => Promise<Answer>): Promise<Answer> {
    const known = this.#inFlight.get(key);
    if (known !== undefined) return known;
    const answer = query().finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, answer);
    return answer;
  }
}
