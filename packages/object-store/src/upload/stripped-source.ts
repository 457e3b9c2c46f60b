import { crc32 } from "node:zlib";

import {
  applyPlan,
  type EditPlan,
  type MediaFormat,
  type Privacy,
  type PrivacyPlanner,
  type RemovedKind,
} from "@repo/media-inspection";
import { Spool } from "@repo/media-processing";

import { SourceFailedError } from "../errors.js";
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
  planner: PrivacyPlanner;
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
  const planning = new PlanReader(
    rules,
    source.rewind === undefined ? await openSpool() : undefined,
  );
  try {
    const { plan, checksum } = await readAll(measured, planning);
    source.rewind?.();
    const { byteSize } = measured;
    const again = planning.spool?.chunks() ?? chunksOf(source);
    const chunks = unchanged(again, { byteSize, checksum });
    const growth = plan.edits.reduce((sum, { bytes, length }) => sum + bytes.length - length, 0);
    return {
      source: {
        ...iterableSource(applyPlan(chunks, plan)),
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

interface Planned {
  plan: EditPlan;
  /** CRC-32 of the body. */
  checksum: number;
}

/** Plans the bytes of a body as they pass, and keeps them if they can be read once only. */
class PlanReader {
  #checksum = 0;
  #isFormatKnown = false;
  #isClosed = false;

  constructor(
    private readonly rules: Pick<StripRules, "planner" | "onFormat">,
    readonly spool: Spool | undefined,
  ) {}

  async write(chunk: Uint8Array): Promise<void> {
    const { planner, onFormat } = this.rules;
    // A body in memory waits for nothing else.
    await turnFor(chunk.byteLength);
    this.#checksum = crc32(chunk, this.#checksum);
    const planned = inSlices(
      () => planner.write(chunk),
      () => this.#resume(),
    );
    await Promise.all([planned, this.spool?.append(chunk).catch(fail)]);
    if (this.#isFormatKnown || planner.format === undefined) return;
    this.#isFormatKnown = true;
    onFormat?.(planner.format);
  }

  async finish(last: Uint8Array): Promise<Planned> {
    const { planner } = this.rules;
    await this.write(last);
    await inSlices(
      () => planner.end(),
      () => this.#resume(),
    );
    if (planner.plan === undefined) throw new Error("the plan did not end with the file");
    return { plan: planner.plan, checksum: this.#checksum };
  }

  #resume(): boolean {
    if (this.#isClosed) throw new Error("The plan is given up.");
    return this.rules.planner.resume();
  }

  close(): void {
    this.#isClosed = true;
    this.spool?.close().catch(() => undefined);
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

/** Fails where the bytes differ from those of the first time: the plan would not fit. */
async function* unchanged(
  chunks: AsyncIterable<Uint8Array>,
  { byteSize, checksum }: { byteSize: number; checksum: number },
): AsyncGenerator<Uint8Array, void, undefined> {
  let left = byteSize;
  let actual = 0;
  const requireSame = (isSame: boolean): void => {
    if (!isSame) throw new SourceFailedError("The body changed while it was read.");
  };
  try {
    for await (const chunk of chunks) {
      left -= chunk.byteLength;
      requireSame(left >= 0);
      actual = crc32(chunk, actual);
      yield chunk;
    }
  } catch (error) {
    fail(error);
  }
  requireSame(left === 0 && actual === checksum);
}

async function openSpool(): Promise<Spool> {
  return Spool.open().catch(fail);
}

function fail(error: unknown): never {
  throw processingFailure(error);
}
