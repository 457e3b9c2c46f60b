import { AsyncLocalStorage } from "node:async_hooks";

type Values = Map<string, unknown>;

/** A namespace as cls-hooked makes them, for `Sequelize.useCLS`. */
export class ClsNamespace {
  readonly #storage = new AsyncLocalStorage<Values>();

  get = (name: string): unknown => this.#storage.getStore()?.get(name);

  set = (name: string, value: unknown): unknown => {
    this.#storage.getStore()?.set(name, value);
    return value;
  };

  /** Runs work in a context of its own, which starts with what the one around it has. */
  run = (work: (context: Values) => void): Values => {
    const context = new Map(this.#storage.getStore());
    this.#storage.run(context, work, context);
    return context;
  };

  /** The same function, which runs in a context whoever calls it. */
  bind = <Parameters extends unknown[], Result>(
    work: (...parameters: Parameters) => Result,
    context: Values = this.#storage.getStore() ?? new Map<string, unknown>(),
  ): ((...parameters: Parameters) => Result) => {
    return (...parameters) => this.#storage.run(context, work, ...parameters);
  };
}
