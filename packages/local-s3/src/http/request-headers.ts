/**
 * Request headers as they came over the wire: names in lower case, repeated ones joined by a comma
 * in their order (node:http drops some repetitions, which would hide them from the signature).
 * Values are one character per byte.
 */
export class RequestHeaders {
  readonly #values = new Map<string, string>();

  constructor(rawHeaders: readonly string[]) {
    for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
      const name = (rawHeaders[index] ?? "").toLowerCase();
      const value = rawHeaders[index + 1] ?? "";
      const earlier = this.#values.get(name);
      this.#values.set(name, earlier === undefined ? value : `${earlier},${value}`);
    }
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  names(): string[] {
    return [...this.#values.keys()];
  }

  /** The headers whose names start with `prefix`, without it. */
  withPrefix(prefix: string): [name: string, value: string][] {
    return [...this.#values]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), value]);
  }

  /** A copy in which `extra` fills the names that are absent here. */
  withDefaults(extra: readonly (readonly [name: string, value: string])[]): RequestHeaders {
    const copy = new RequestHeaders([...this.#values].flat());
    for (const [name, value] of extra) {
      if (!copy.has(name)) copy.#values.set(name, value);
    }
    return copy;
  }
}
