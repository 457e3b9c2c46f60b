import { ObjectStoreError } from "../../../src/errors.js";
import { type InspectionLimits, resolveLimits } from "../../../src/inspection/inspection-limits.js";
import type { AudioFacts, ImageFacts, MediaFacts } from "../../../src/inspection/media-facts.js";
import { IsolatedInspection } from "../../../src/inspection/isolation/isolated-inspection.js";

import { RunnerHere } from "./runner-here.js";

interface InspectOptions {
  chunks?: number[];
  /** Whether it may pass over what it can where it lies. */
  isInMemory?: boolean;
  limits?: Partial<InspectionLimits>;
  /** Whether the worker is lost before the step that comes now. */
  isLostNow?: () => boolean;
  /** Whether it is lost at a step of this file. */
  isAtIt?: boolean;
  /** Whether a worker of its own is lost, too. */
  isLostAlone?: boolean;
}

/** Inspects bytes that arrive in chunks of these sizes in turn. */
export async function inspect(
  bytes: Uint8Array,
  {
    chunks = [65_536],
    isInMemory,
    limits = {},
    isLostNow,
    isAtIt,
    isLostAlone,
  }: InspectOptions = {},
): Promise<MediaFacts> {
  let runner = new RunnerHere(isLostNow, isAtIt);
  const inspection = new IsolatedInspection(1, resolveLimits(limits), {
    worker: () => (runner = runner.isLost ? new RunnerHere(isLostNow, isAtIt) : runner),
    alone: (work) => work(new RunnerHere(() => isLostAlone === true, true)),
    released: () => undefined,
  });
  // One buffer for all chunks: what is kept must have been copied.
  const lent = Buffer.alloc(Math.max(...chunks));
  let index = 0;
  for (let at = 0; at < bytes.length;) {
    const size = Math.min(chunks[index % chunks.length] ?? 1, bytes.length - at);
    lent.set(bytes.subarray(at, at + size));
    const passed = isInMemory === true ? inspection.pass(lent.subarray(0, size)) : 0;
    await inspection.write(lent.subarray(passed, size));
    lent.fill(0xaa);
    at += size;
    index += 1;
  }
  return inspection.finish();
}

export async function inspectImage(
  bytes: Uint8Array,
  limits?: Partial<InspectionLimits>,
): Promise<ImageFacts> {
  const facts = await inspect(bytes, { limits });
  if (facts.kind !== "image") throw new Error(`expected an image, found ${facts.format}`);
  return facts;
}

export async function inspectAudio(
  bytes: Uint8Array,
  limits?: Partial<InspectionLimits>,
): Promise<AudioFacts> {
  const facts = await inspect(bytes, { limits });
  if (facts.kind !== "audio") throw new Error(`expected audio, found ${facts.format}`);
  return facts;
}

/** The facts, or the code of the refusal; any other error is a failure of the test. */
export async function verdict(bytes: Uint8Array, chunks?: number[]): Promise<MediaFacts | string> {
  try {
    return await inspect(bytes, { chunks });
  } catch (error) {
    if (error instanceof ObjectStoreError) return error.code;
    throw error;
  }
}
