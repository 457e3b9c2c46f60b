const running = new WeakMap<object, Promise<unknown>>();

/** Runs the statements that are given for one thing, such as some connections, one after another. */
export async function oneAtATime<Result>(
  of: object,
  statement: () => Promise<Result>,
): Promise<Result> {
  const before = running.get(of) ?? Promise.resolve();
  const result = before.then(statement, statement);
  running.set(of, result);
  return result;
}
