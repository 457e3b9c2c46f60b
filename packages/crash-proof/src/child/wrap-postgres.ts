import pg from "pg";

import type { Begin } from "./probe.js";

type Callback = (error: unknown, result?: unknown) => void;

/** What Sequelize calls on a client, always with a callback. */
interface Wrapped {
  connect: (this: pg.Client, done?: Callback) => unknown;
  query: (this: pg.Client, ...parameters: unknown[]) => unknown;
}

/** Makes a step of every connection and of every statement. */
export function wrapPostgres(begin: Begin): void {
  const client = pg.Client.prototype as unknown as Wrapped;
  const { connect, query } = client;

  client.connect = function (done) {
    const step = done && begin({ system: "postgres", what: "connect", bodyBytes: 0 });
    if (step === undefined || done === undefined) return connect.call(this, done);
    const { handler, number } = step;
    handler.reached(number, "before");
    return goAfter(handler.hold(number), () =>
      connect.call(this, (error, result) => {
        handler.reached(number, "after");
        done(error, result);
      }),
    );
  };

  client.query = function (...parameters) {
    const done = parameters.at(-1) as Callback | undefined;
    // Without a callback it is node-postgres that asks itself.
    const step =
      typeof done === "function"
        ? begin({ system: "postgres", what: firstWord(parameters[0]), bodyBytes: 0 })
        : undefined;
    if (step === undefined || done === undefined) return query.apply(this, parameters);
    const { handler, number } = step;
    const answered: Callback = (error, result) => {
      handler.reached(number, "after");
      const lost = error ? undefined : handler.loseAnswer(number);
      if (lost === undefined) done(error, result);
      else void lost.then(done);
    };
    handler.reached(number, "before");
    return goAfter(handler.hold(number), () => {
      const returned = query.apply(this, [...parameters.slice(0, -1), answered]);
      // node-postgres writes on the next tick.
      setImmediate(() => {
        handler.reached(number, "sent");
      });
      return returned;
    });
  };
}

/** Sequelize does not look at what a call returns. */
function goAfter(hold: Promise<void> | undefined, go: () => unknown): unknown {
  if (hold === undefined) return go();
  void hold.then(go);
  return undefined;
}

function firstWord(statement: unknown): string {
  const isObject = typeof statement === "object" && statement !== null && "text" in statement;
  const text = isObject ? statement.text : statement;
  return (typeof text === "string" && /\w+/.exec(text)?.[0].toUpperCase()) || "query";
}
