import { parentPort, workerData } from "node:worker_threads";

import { type SoundFacts, soundPicture } from "./sound-picture.js";

const { facts, bytes } = workerData as { facts: SoundFacts; bytes: Uint8Array };
parentPort?.postMessage(await soundPicture(facts, bytes));
