import { parentPort, workerData } from "node:worker_threads";

import { soundPicture } from "./sound-picture.js";
import type { SoundFacts } from "./sound-facts.js";

const { facts, bytes } = workerData as { facts: SoundFacts; bytes: Uint8Array };
parentPort?.postMessage(await soundPicture(facts, bytes));
