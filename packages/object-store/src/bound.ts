/**
 * Binds the methods of an object to it, so that they can be handed on alone, as in
 * `const { upload } = store.forSystem().images`, and freezes it.
 */
export function bound<Target extends object>(target: Target): Target {
  let prototype: unknown = Object.getPrototypeOf(target);
  while (typeof prototype === "object" && prototype !== null && prototype !== Object.prototype) {
    for (const name of Object.getOwnPropertyNames(prototype)) {
      const method: unknown = (prototype as Record<string, unknown>)[name];
      if (name === "constructor" || typeof method !== "function" || Object.hasOwn(target, name)) {
        continue;
      }
      Object.assign(target, { [name]: method.bind(target) as unknown });
    }
    prototype = Object.getPrototypeOf(prototype);
  }
  return Object.freeze(target);
}
