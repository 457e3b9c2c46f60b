/** The most that one statement takes. */
const MAX_ITEMS = 100;

interface Waiting<Item, Result> {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Runs one statement for many callers: at once for who comes while it is idle, and together for
 * those who come while it is busy.
 */
export class StatementGroup<Item, Result> {
  readonly #run: (items: readonly Item[]) => Promise<readonly Result[]>;
  readonly #isOfOneItem: (error: unknown) => boolean;
  readonly #onIdle: () => void;
  #waiting: Waiting<Item, Result>[] = [];
  #isBusy = false;

  /**
   * @param run gives a result for each item, in their order; all or none take effect
   * @param isOfOneItem whether it failed because of one of the items: each is then tried alone
   * @param onIdle called whenever nobody waits any more
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
