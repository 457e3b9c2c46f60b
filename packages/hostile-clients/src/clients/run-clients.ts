import { setTimeout as sleep } from "node:timers/promises";

import { PARSERS, type Parser } from "../settings.js";
import type { Answer } from "./answer.js";
import type { Behaviour } from "./behaviour.js";
import type { Picture } from "./media.js";

/** Milliseconds between the starts of two clients. */
const INTERVAL = 10;

/** What became of one client. */
export interface Visit {
  readonly behaviour: Behaviour;
  readonly parser: Parser;
  readonly picture: Picture;
  readonly answers: readonly Answer[];
}

export interface Clients {
  readonly ports: Readonly<Record<Parser, number>>;
  readonly pictures: readonly Picture[];
  readonly random: () => number;
}

/** Starts clients one after the other, and waits for all of them. */
export async function runClients(
  behaviours: readonly Behaviour[],
  { ports, pictures, random }: Clients,
): Promise<Visit[]> {
  const visits: Promise<Visit>[] = [];
  for (const behaviour of behaviours) {
    const parser = pickFrom(PARSERS, random);
    const picture = pickFrom(pictures, random);
    const act = behaviour.act({ port: ports[parser], picture, random });
    visits.push(act.then((answers) => ({ behaviour, parser, picture, answers })));
    await sleep(INTERVAL);
  }
  return Promise.all(visits);
}

function pickFrom<Item>(items: readonly Item[], random: () => number): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error("there is nothing to pick from");
  return item;
}
