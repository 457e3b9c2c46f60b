/** Asks once for all who want to know the same at the same time. */
export class SharedAnswers<Answer> {
  readonly #underWay = new Map<string, Promise<Answer>>();

  share(question: string, ask: () => Promise<Answer>): Promise<Answer> {
    const known = this.#underWay.get(question);
    if (known !== undefined) return known;
    const answer = ask().finally(() => this.#underWay.delete(question));
    this.#underWay.set(question, answer);
    return answer;
  }
}
