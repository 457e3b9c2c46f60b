/** Draws cards at random, but each as often as its weight says before any comes again. */
export class Deck<Card> {
  readonly #cards: readonly Card[];
  #left: Card[] = [];

  /** @param weights how often a card is in the deck; once at least */
  constructor(weights: ReadonlyMap<Card, number>) {
    this.#cards = [...weights].flatMap(([card, weight]) =>
      Array.from({ length: weight }, () => card),
    );
  }

  /** @throws Error when no card is in the deck */
  draw(): Card {
    if (this.#left.length === 0) this.#left = [...this.#cards];
    const [card] = this.#left.splice(Math.floor(Math.random() * this.#left.length), 1);
    if (card === undefined) throw new Error("the deck is empty");
    return card;
  }
}
