import type { S3Operation } from "@repo/s3-provider";

import { keysOf, type StorageCall } from "./storage-call.js";
import type { ActiveStorageFault, StorageFaultRule } from "./storage-fault.js";

interface Rule extends StorageFaultRule {
  hits: number;
}

/** The rules by which a storage fails, and the record of what was asked of it. */
export class StorageFaults {
  readonly #rules: Rule[] = [];
  readonly #calls: StorageCall[] = [];
  readonly #counts = new Map<S3Operation, number>();

  /** Every call so far, struck or not, in order. */
  get calls(): readonly StorageCall[] {
    return this.#calls;
  }

  /** The names of the calls so far, in order. */
  get operations(): readonly S3Operation[] {
    return this.#calls.map(({ operation }) => operation);
  }

  /** Puts a rule in force. A call is struck by the first rule added that matches it. */
  add(rule: StorageFaultRule): ActiveStorageFault {
    const active: Rule = { ...rule, hits: 0 };
    this.#rules.push(active);
    return {
      get hits() {
        return active.hits;
      },
      remove: () => {
        const at = this.#rules.indexOf(active);
        if (at >= 0) this.#rules.splice(at, 1);
      },
    };
  }

  /** Removes all rules. */
  clear(): void {
    this.#rules.length = 0;
  }

  /** Records a call. */
  record(operation: S3Operation, parameters: readonly unknown[]): StorageCall {
    const number = (this.#counts.get(operation) ?? 0) + 1;
    this.#counts.set(operation, number);
    const call = { operation, keys: keysOf(parameters), number };
    this.#calls.push(call);
    return call;
  }

  /** The rules that match a call, as they are asked for; each that is taken counts a hit. */
  *striking(call: StorageCall): Generator<StorageFaultRule, void, undefined> {
    for (const rule of [...this.#rules]) {
      if (rule.hits >= (rule.times ?? Infinity) || !matches(rule, call)) continue;
      rule.hits += 1;
      yield rule;
    }
  }
}

function matches({ match }: StorageFaultRule, call: StorageCall): boolean {
  return typeof match === "function" ? match(call) : (match ?? call.operation) === call.operation;
}
