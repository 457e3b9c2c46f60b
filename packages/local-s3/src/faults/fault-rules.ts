import {
  type ActiveFault,
  type Fault,
  type FaultInjector,
  type FaultRequest,
  type FaultRule,
} from "./fault.js";

export class FaultRules implements FaultInjector {
  readonly #active = new Set<FaultRule & { hits: number }>();

  add(rule: FaultRule): ActiveFault {
    const active = { ...rule, hits: 0 };
    this.#active.add(active);
    return {
      get hits() {
        return active.hits;
      },
      remove: () => {
        this.#active.delete(active);
      },
    };
  }

  clear(): void {
    this.#active.clear();
  }

  /** The fault that strikes this request, which counts as one of its rule's times. */
  take(request: FaultRequest): Fault | undefined {
    for (const rule of this.#active) {
      if (rule.hits >= (rule.times ?? Infinity)) continue;
      if (rule.match !== undefined && !rule.match(request)) continue;
      rule.hits++;
      return rule.fault;
    }
    return undefined;
  }
}
