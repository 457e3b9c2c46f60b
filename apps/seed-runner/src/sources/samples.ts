import { basename } from "node:path";

import { validSamples } from "@repo/sample-media";

import { type Owner, SYSTEM } from "../owner.js";
import type { Source } from "./source.js";

/** The generated samples, dealt to the system and the users in turn. */
export async function sampleSources(users: readonly Owner[]): Promise<Source[]> {
  const owners = [SYSTEM, ...users];
  const samples = await validSamples();
  return samples.map(({ name, bytes }, position) => ({
    path: `samples/${basename(name)}`,
    owner: owners[position % owners.length] ?? SYSTEM,
    body: bytes,
  }));
}
