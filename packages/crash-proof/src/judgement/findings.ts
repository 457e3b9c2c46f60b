/** What is wrong, in words that name the file or the key. */
export class Findings {
  /** Files that were acknowledged, or have a row, and whose bytes are not there. */
  readonly lost = new Set<string>();
  /** Objects, and parts of one, without a row. */
  readonly orphaned = new Set<string>();
  /** Rows of what is unfinished that no sweep has ended. */
  readonly deadRows = new Set<string>();
  /** Answers that were not true, and whatever else is not as it should be. */
  readonly wrong = new Set<string>();

  get all(): string[] {
    const label = (what: string, found: ReadonlySet<string>): string[] =>
      [...found].map((finding) => `${what}: ${finding}`);
    return [
      ...label("lost", this.lost),
      ...label("orphaned", this.orphaned),
      ...label("dead row", this.deadRows),
      ...label("wrong", this.wrong),
    ];
  }
}
