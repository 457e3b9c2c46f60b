import {
  applyPlan,
  type Edit,
  type EditPlan,
  type MediaFormat,
  type Privacy,
  type PrivacyPlanner,
  type RemovedKind,
} from "@repo/media-inspection";
import { Spool } from "@repo/media-processing";

import { ResourceUnavailableError, SourceFailedError } from "../errors.js";
import { processingFailure } from "../machine-failure.js";
import type { PrivacyLevel } from "../privacy.js";
import type { ByteSource } from "./byte-source.js";
import { inSlices } from "./in-slices.js";
import { iterableSource } from "./iterable-source.js";
import { MeasuredSource, type SourceRules } from "./measured-source.js";
import { readAll } from "./read-all.js";
import { turnFor } from "./running-hash.js";
import { BLOCK_BYTES } from "./sizes.js";

/** What is stored of a body. */
export interface StrippedSource {
  readonly source: ByteSource;
  readonly privacy: PrivacyLevel;
  /** Names of what is left out. */
  readonly removed: readonly RemovedKind[];
  /** Whether its bytes differ from the body's. */
  readonly isChanged: boolean;
  /** Frees what it holds besides the source that it was made of. */
  close(): void;
}

/** A body from which nothing is removed. */
export function unchangedSource(source: ByteSource): StrippedSource {
  const close = (): void => undefined;
  return { source, privacy: "keep", removed: [], isChanged: false, close };
}

interface StripRules extends SourceRules {
  /** Begins a plan. */
  plan: () => PrivacyPlanner;
  /** Called once the format shows; may throw. */
  onFormat: ((format: MediaFormat) => void) | undefined;
}

/**
 * Reads a body to its end for a plan of what is removed from it. What is stored is read from the body
 * again, or from a temporary file where it can be read once only.
 *
 * @throws what `MeasuredSource` and an inspection do; ResourceUnavailableError (`resource_unavailable`)
 */
export async function openStripped(
  source: ByteSource,
  privacy: Privacy,
  rules: StripRules,
): Promise<StrippedSource> {
  const measured = new MeasuredSource(source, rules);
  const spool = source.rewind === undefined ? await openSpool() : undefined;
  const planning = new PlanReader(rules.plan(), spool, rules.onFormat);
  try {
    const plan = await readAll(measured, planning);
    source.rewind?.();
    const { byteSize } = measured;
    const again = spool === undefined ? readAgain(source, rules.plan(), plan) : kept(spool);
    const growth = plan.edits.reduce((sum, { bytes, length }) => sum + bytes.length - length, 0);
    return {
      source: {
        ...iterableSource(applyPlan(again, plan)),
        filename: source.filename,
        contentType: source.contentType,
        byteLength: byteSize + growth,
      },
      privacy,
      removed: plan.removed,
      isChanged: plan.edits.length > 0,
      close: () => {
        planning.close();
      },
    };
  } catch (error) {
    planning.close();
    throw error;
  }
}

/** Plans the bytes of a body as they pass, and keeps them if they can be read once only. */
class PlanReader {
  #isFormatKnown = false;
  #isClosed = false;

  constructor(
    private readonly planner: PrivacyPlanner,
    private readonly spool?: Spool,
    private readonly onFormat?: (format: MediaFormat) => void,
  ) {}

  async write(chunk: Uint8Array): Promise<void> {
    // A body in memory waits for nothing else.
    await turnFor(chunk.byteLength);
    await Promise.all([this.plan(chunk), this.spool?.append(chunk).catch(fail)]);
    if (this.#isFormatKnown || this.planner.format === undefined) return;
    this.#isFormatKnown = true;
    this.onFormat?.(this.planner.format);
  }

  plan(chunk: Uint8Array): Promise<void> {
    return this.#run(() => this.planner.write(chunk));
  }

  async finish(last: Uint8Array): Promise<EditPlan> {
    await this.write(last);
    return this.end();
  }

  async end(): Promise<EditPlan> {
    await this.#run(() => this.planner.end());
    if (this.planner.plan === undefined) throw new Error("the plan did not end with the file");
    return this.planner.plan;
  }

  close(): void {
    this.#isClosed = true;
    this.spool?.close().catch(() => undefined);
  }

  #run(begin: () => boolean): Promise<void> {
    return inSlices(begin, () => {
      if (this.#isClosed) throw new Error("The plan is given up.");
      return this.planner.resume();
    });
  }
}

/** The bytes of a source. Each chunk is overwritten by the next one. */
async function* chunksOf(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  const chunk = Buffer.alloc(Math.min(BLOCK_BYTES, source.byteLength ?? BLOCK_BYTES));
  for (;;) {
    const count = await source.read(chunk);
    if (count === 0) return;
    yield chunk.subarray(0, count);
  }
}

/** Reads the bytes once more. Fails if they have changed so that another plan would fit. */
async function* readAgain(
  source: ByteSource,
  planner: PrivacyPlanner,
  plan: EditPlan,
): AsyncGenerator<Uint8Array, void, undefined> {
  const planning = new PlanReader(planner);
  for await (const chunk of chunksOf(source)) {
    await planning.plan(chunk).catch(refuseChange);
    yield chunk;
  }
  const { edits, removed } = await planning.end().catch(refuseChange);
  const isSame =
    edits.length === plan.edits.length &&
    edits.every((edit, index) => isSameEdit(edit, plan.edits[index])) &&
    String(removed) === String(plan.removed);
  if (!isSame) refuseChange();
}

function isSameEdit({ offset, length, bytes }: Edit, other: Edit | undefined): boolean {
  return (
    offset === other?.offset && length === other.length && Buffer.compare(bytes, other.bytes) === 0
  );
}

function refuseChange(cause?: unknown): never {
  if (cause instanceof ResourceUnavailableError) throw cause;
  throw new SourceFailedError("The body changed while it was read.", { cause });
}

async function* kept(spool: Spool): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* spool.chunks();
  } catch (error) {
    fail(error);
  }
}

async function openSpool(): Promise<Spool> {
  return Spool.open().catch(fail);
}

function fail(error: unknown): never {
  throw processingFailure(error);
}
