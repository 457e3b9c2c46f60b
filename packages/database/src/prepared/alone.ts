import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";

import type { PooledClient } from "../sequelize-internals.js";
import { shared } from "../shared.js";

/** The client that the code which runs has for itself. */
const inside = shared("inside", () => new AsyncLocalStorage<PooledClient>());

/** The last work of each client. */
const works = shared("works", () => new WeakMap<PooledClient, Promise<unknown>>());

/**
 * Runs work that has a connection for itself: statements that others send to it meanwhile, as other
 * code of the same transaction may, run after it.
 */
export async function alone<Result>(
  client: PooledClient,
  work: () => Promise<Result>,
): Promise<Result> {
  if (inside.getStore() === client) return work();
  const before = works.get(client) ?? Promise.resolve();
  const turn = before.then(() => hold(client, work));
  works.set(
    client,
    turn.catch(() => undefined),
  );
  return turn;
}

async function hold<Result>(client: PooledClient, work: () => Promise<Result>): Promise<Result> {
  const waiting: (() => void)[] = [];
  const query = client.query.bind(client);
  client.query = (...statement) => {
    const send = (): void => {
      query(...statement);
    };
    if (inside.getStore() === client) send();
    else waiting.push(AsyncResource.bind(send));
  };
  try {
    return await inside.run(client, work);
  } finally {
    // Its class has it.
    Reflect.deleteProperty(client, "query");
    for (const send of waiting) send();
  }
}
