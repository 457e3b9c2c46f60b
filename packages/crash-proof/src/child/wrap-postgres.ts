import pg from "pg";

import type { Step } from "../job.js";
import type { Begin } from "./probe-handler.js";

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
    const step = done && begin(stepOf("connect"));
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
    const last = parameters.at(-1);
    const done = typeof last === "function" ? (last as Callback) : undefined;
    const step = begin(stepOf(firstWord(parameters[0])), done ? "callback" : "promise");
    if (step === undefined) return query.apply(this, parameters);
    const { handler, number } = step;
    if (done === undefined) {
      return awaited(step, () => query.apply(this, parameters) as Promise<unknown>);
    }
    const answered: Callback = (error, result) => {
      handler.reached(number, "after");
      const lost = handler.loseAnswer(number);
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

/** The same for a caller that awaits a promise. */
async function awaited(
  { handler, number }: NonNullable<ReturnType<Begin>>,
  query: () => Promise<unknown>,
): Promise<unknown> {
  handler.reached(number, "before");
  await handler.hold(number);
  const answer = query();
  // A failure is the caller's, who gets it below.
  answer.catch(() => undefined);
  setImmediate(() => {
    handler.reached(number, "sent");
  });
  await Promise.allSettled([answer]);
  handler.reached(number, "after");
  const lost = handler.loseAnswer(number);
  if (lost !== undefined) throw await lost;
  return answer;
}

function stepOf(what: string): Step {
  return { system: "postgres", what, bodyBytes: 0, isAnswered: true };
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
