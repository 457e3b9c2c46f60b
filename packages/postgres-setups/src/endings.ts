/** How to end what was started, last first. */
export class Endings {
  readonly #endings: (() => Promise<void>)[] = [];

  defer(ending: () => Promise<void>): void {
    this.#endings.push(ending);
  }

  /** Runs each ending once, even if another one fails; a second call does nothing. */
  async end(): Promise<void> {
    const failures: unknown[] = [];
    for (const ending of this.#endings.splice(0).reverse()) {
      try {
        await ending();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, "not everything could be ended");
  }
}

/** Runs `start`; if it fails, ends what it had started by then. */
export async function undoneOnFailure<Result>(
  start: (endings: Endings) => Promise<Result>,
): Promise<Result> {
  const endings = new Endings();
  try {
    return await start(endings);
  } catch (error) {
    await endings.end();
    throw error;
  }
}
