import { once } from "node:events";
import { Worker } from "node:worker_threads";

import { errorMessage } from "../../errors.js";
import type { SoundPicture } from "./sound-picture.js";
import type { SoundFacts } from "./sound-facts.js";

export type DrawSound = (
  facts: SoundFacts,
  bytes: Uint8Array,
  signal: AbortSignal,
) => Promise<SoundPicture>;

const MAX_MILLISECONDS = 10_000;
const MAX_HEAP_MEGABYTES = 256;

/**
 * Draws a sound in a thread of its own: decoders talk to the console, and a file that they are not
 * up to can hold them forever. A file that defeats them has no picture.
 */
export const drawSound: DrawSound = async (facts, bytes, signal) => {
  const { channels, codec, contentType, durationSeconds, sampleRate } = facts;
  const worker = new Worker(new URL("./sound-worker.js", import.meta.url), {
    workerData: { facts: { channels, codec, contentType, durationSeconds, sampleRate }, bytes },
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MEGABYTES },
    stdout: true,
    stderr: true,
  });
  const timeout = AbortSignal.timeout(MAX_MILLISECONDS);
  try {
    const [picture] = (await once(worker, "message", {
      signal: AbortSignal.any([signal, timeout]),
    })) as [SoundPicture];
    return picture;
  } catch (error) {
    if (signal.aborted) throw error;
    const reason = timeout.aborted ? "the decoder took too long" : errorMessage(error);
    return { kind: "none", reason: `It could not be decoded: ${reason}` };
  } finally {
    await worker.terminate();
  }
};
