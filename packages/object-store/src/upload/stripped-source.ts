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
import type { PrivacyChoice } from "../privacy.js";
import type { ByteSource } from "./byte-source.js";
import { inSlices } from "./in-slices.js";
import { iterableSource } from "./iterable-source.js";
import { MeasuredSource, type SourceRules } from "./measured-source.js";
import { readAll } from "./read-all.js";

/** What is stored of a body. */
export interface StrippedSource {
  readonly source: ByteSource;
  readonly privacy: PrivacyChoice;
  /** Names of what is left out. */
  readonly removed: readonly RemovedKind[];
  /** Whether its bytes differ from the body's. */
  readonly isChanged: boolean;
  /** Frees what it holds besides the source that it was made of. */
  close(): void;
}

/** A body that is stored as it came. */
export function asItCame(source: ByteSource): StrippedSource {
  const close = (): void => undefined;
  return { source, privacy: "keep", removed: [], isChanged: false, close };
}

export interface StripRules extends SourceRules {
  planner: PrivacyPlanner;
  /** Called once the format shows; may throw. */
  onFormat: (format: MediaFormat) => void;
}

/**
 * Reads a body to its end for a plan of what is removed from it. What is stored is read from the body
 * again, or from a temporary file where it can be read once only.
 *
 * @throws what `MeasuredSource` and an inspection do; ResourceUnavailableError (`resource_unavailable`)
 */
export async function stripped(
  source: ByteSource,
  privacy: Privacy,
  rules: StripRules,
): Promise<StrippedSource> {
  const measured = new MeasuredSource(source, rules);
  const planning = new Planning(rules, source.rewind === undefined ? await openSpool() : undefined);
  try {
    const { plan, checksum } = await readAll(measured, planning);
    source.rewind?.();
    const chunks = unchanged(planning.spool?.chunks() ?? chunksOf(source), checksum);
    const growth = plan.edits.reduce((sum, { bytes, length }) => sum + bytes.length - length, 0);
    return {
      source: {
        ...iterableSource(applyPlan(chunks, plan)),
        ...{ filename: source.filename, contentType: source.contentType },
        byteLength: measured.byteSize + growth,
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

class Planning {
  #checksum = 0;
  #isFormatKnown = false;

  constructor(
    private readonly rules: Pick<StripRules, "planner" | "onFormat">,
    readonly spool: Spool | undefined,
  ) {}

  async write(chunk: Uint8Array): Promise<void> {
    const { planner, onFormat } = this.rules;
    this.#checksum = crc32(chunk, this.#checksum);
    const kept = this.spool?.append(chunk).catch(fail);
    // Awaited below; a refusal before that must not leave it unhandled.
    kept?.catch(() => undefined);
    await inSlices(
      () => planner.write(chunk),
      () => planner.resume(),
    );
    await kept;
    if (this.#isFormatKnown || planner.format === undefined) return;
    this.#isFormatKnown = true;
    onFormat(planner.format);
  }

  async finish(last: Uint8Array): Promise<Planned> {
    const { planner } = this.rules;
    await this.write(last);
    await inSlices(
      () => planner.end(),
      () => planner.resume(),
    );
    if (planner.plan === undefined) throw new Error("the plan did not end with the file");
    return { plan: planner.plan, checksum: this.#checksum };
  }

  close(): void {
    this.spool?.close().catch(() => undefined);
  }
}

const CHUNK_BYTES = 256 * 1024;

/** The bytes of a source. Each chunk is overwritten by the next one. */
async function* chunksOf(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, source.byteLength ?? CHUNK_BYTES));
  for (;;) {
    const count = await source.read(chunk);
    if (count === 0) return;
    yield chunk.subarray(0, count);
  }
}

/** A plan for other bytes could leave what it was made to remove. */
async function* unchanged(
  chunks: AsyncIterable<Uint8Array>,
  checksum: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let actual = 0;
  try {
    for await (const chunk of chunks) {
      actual = crc32(chunk, actual);
      yield chunk;
    }
  } catch (error) {
    fail(error);
  }
  if (actual !== checksum) throw new SourceFailedError("The body changed while it was read.");
}

async function openSpool(): Promise<Spool> {
  return Spool.open().catch(fail);
}

function fail(error: unknown): never {
  throw processingFailure(error);
}
