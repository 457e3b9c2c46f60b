import { InspectionError } from "../../src/errors.js";
import type { InspectionLimits } from "../../src/limits.js";
import type { AudioFacts, ImageFacts, MediaFacts } from "../../src/media-facts.js";
import { MediaInspector } from "../../src/media-inspector.js";

interface InspectOptions {
  chunks?: number[];
  limits?: Partial<InspectionLimits>;
}

/** Inspects bytes that arrive in chunks of these sizes in turn. */
export function inspect(
  bytes: Uint8Array,
  { chunks = [65_536], limits = {} }: InspectOptions = {},
): Promise<MediaFacts> {
  return new Promise((resolve) => {
    resolve(inspectNow(bytes, chunks, limits));
  });
}

function inspectNow(
  bytes: Uint8Array,
  chunks: number[],
  limits: Partial<InspectionLimits>,
): MediaFacts {
  const inspector = new MediaInspector(limits);
  // One buffer for all chunks: what is kept must have been copied.
  const lent = Buffer.alloc(Math.max(...chunks));
  let index = 0;
  for (let at = 0; at < bytes.length;) {
    const size = Math.min(chunks[index % chunks.length] ?? 1, bytes.length - at);
    lent.set(bytes.subarray(at, at + size));
    let isDone = inspector.write(lent.subarray(0, size));
    // Every other parser that gives way has the rest copied.
    if (!isDone && index % 2 === 0) {
      inspector.release();
      lent.fill(0xaa);
    }
    while (!isDone) isDone = inspector.resume();
    lent.fill(0xaa);
    at += size;
    index += 1;
  }
  for (let isDone = inspector.end(); !isDone;) isDone = inspector.resume();
  if (inspector.facts === undefined) throw new Error("the inspection did not end with the file");
  return inspector.facts;
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
    if (error instanceof InspectionError) return error.code;
    throw error;
  }
}
