const running = new WeakMap<object, Promise<unknown>>();

/** Runs the statements of one thing, such as a transaction or some connections, one after another. */
export async function oneAtATime<Result>(
  of: object,
  statement: () => Promise<Result>,
): Promise<Result> {
  const before = running.get(of) ?? Promise.resolve();
  const result = before.then(statement, statement);
  running.set(of, result);
  return result;
}
