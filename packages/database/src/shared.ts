/**
 * State of this process that all copies of the package share: an application and a library of it may
 * have one each, and work with the same connections. What is held must keep its shape under a name.
 */
export function shared<State>(name: string, make: () => State): State {
  const states = globalThis as { [key: symbol]: State | undefined };
  return (states[Symbol.for(`@repo/database/${name}`)] ??= make());
}
