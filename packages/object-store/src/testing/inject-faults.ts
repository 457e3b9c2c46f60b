import { setTimeout as sleep } from "node:timers/promises";

import type { S3Operation } from "@repo/s3-provider";

import { cutListing } from "./cut-stream.js";
import { brokenConnection } from "./broken-connection.js";
import { carryOut, type Attempt } from "./carry-out.js";
import { isOperation, type StorageCall } from "./storage-call.js";
import type { DecidingFault } from "./storage-fault.js";
import { StorageFaults } from "./storage-faults.js";

/** A storage whose calls can be made to fail, and the rules by which they do. */
export interface FaultyStorage<Storage> {
  /** Does what the wrapped storage does, where no rule strikes. */
  storage: Storage;
  faults: StorageFaults;
}

/**
 * Wraps a storage (an `S3Provider`, a {@link MemoryStorage} or one of your own) so that its
 * calls can be made to fail before or after they took effect, to hang, or to break half-way.
 *
 * ```ts
 * const { storage, faults } = injectFaults(new MemoryStorage());
 * faults.add({ match: ({ operation, number }) => operation === "put" && number === 2,
 *   fault: { type: "loseResponse" } });
 * ```
 */
export function injectFaults<Storage extends object>(wrapped: Storage): FaultyStorage<Storage> {
  const faults = new StorageFaults();
  const storage = new Proxy(wrapped, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      const method = member.bind(target) as (...parameters: unknown[]) => unknown;
      if (!isOperation(name)) return method;
      return (...parameters: unknown[]) => struck(faults, name, parameters, method);
    },
  });
  return { storage, faults };
}

function struck(
  faults: StorageFaults,
  operation: S3Operation,
  parameters: readonly unknown[],
  method: (...parameters: unknown[]) => unknown,
): unknown {
  const call = faults.record(operation, parameters);
  if (operation === "list" || operation === "listMultipartUploads") {
    return listing(faults, call, () => method(...parameters) as AsyncIterable<unknown>);
  }
  return (async () => {
    const fault = await nextFault(faults, call);
    const attempt: Attempt = { call, parameters, method };
    return fault === undefined ? method(...parameters) : carryOut(attempt, fault);
  })();
}

/** Waits out what only holds a call up, and gives the fault that decides what becomes of it. */
async function nextFault(
  faults: StorageFaults,
  call: StorageCall,
): Promise<DecidingFault | undefined> {
  for (const { fault } of faults.striking(call)) {
    if (fault.type === "delay") await sleep(fault.ms);
    else if (fault.type === "interleave") await fault.run(call);
    else return fault;
  }
  return undefined;
}

async function* listing(
  faults: StorageFaults,
  call: StorageCall,
  list: () => AsyncIterable<unknown>,
): AsyncGenerator {
  const fault = await nextFault(faults, call);
  const broken = brokenConnection({ operation: call.operation }, "not_applied");
  switch (fault?.type) {
    case undefined:
    case "deleteErrors":
    case "unanswered":
      yield* list();
      return;
    case "error":
      throw fault.error ?? broken;
    case "cut":
      yield* cutListing(list(), fault.after, broken);
      return;
    case "loseResponse":
      throw broken;
    case "hang":
      await new Promise(() => undefined);
  }
}
