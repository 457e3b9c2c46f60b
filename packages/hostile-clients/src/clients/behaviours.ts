import type { Behaviour } from "./behaviour.js";
import { broken } from "./behaviours/broken.js";
import { goingAway } from "./behaviours/going-away.js";
import { honest } from "./behaviours/honest.js";
import { pipelined } from "./behaviours/pipelined.js";
import { slow } from "./behaviours/slow.js";

const HOSTILE: readonly Behaviour[] = [...goingAway, ...slow, ...broken, pipelined];

/** Each hostile one in turn, and an honest one after every third. */
export function behaviourOf(client: number): Behaviour {
  if (client % 4 === 3) return honest;
  const turn = Math.floor(client / 4) * 3 + (client % 4);
  return HOSTILE[turn % HOSTILE.length] ?? honest;
}
