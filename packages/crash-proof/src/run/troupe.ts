import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Case } from "../cases/case.js";
import type { Kind, Sabotage } from "../job.js";
import { type MediaSet, writeMedia } from "../site/media.js";
import { Site } from "../site/site.js";
import { Child } from "./child.js";
import { isFatal } from "./is-fatal.js";
import { type CaseResult, runCase } from "./run-case.js";

/** How often a case is played at most until its trouble comes. */
const ATTEMPTS = 3;

/** A site and a child that waits for the next case. */
interface Seat {
  site: Site;
  waiting: Child;
}

/** Plays cases, as many at once as there are sites. */
export class Troupe {
  private constructor(
    private readonly folder: string,
    private readonly seats: readonly Seat[],
    private readonly media: Record<Kind, MediaSet>,
    private readonly sabotage: Sabotage | undefined,
  ) {}

  /** @param sites how many cases are played at once */
  static async start(sites: number, sabotage?: Sabotage): Promise<Troupe> {
    const folder = await mkdtemp(join(tmpdir(), "crash-proof-"));
    const media = await writeMedia(join(folder, "media"));
    const seats = await Promise.all(
      Array.from({ length: sites }, async (_, at): Promise<Seat> => {
        return { site: await Site.start(join(folder, `site-${at}`)), waiting: new Child() };
      }),
    );
    return new Troupe(folder, seats, media, sabotage);
  }

  /** Plays all cases, in no order; `onResult` hears of each as it ends. */
  async play(
    cases: readonly Case[],
    onResult: (result: CaseResult) => void,
    signal?: AbortSignal,
  ): Promise<void> {
    const queue = [...cases];
    await Promise.all(
      this.seats.map(async (seat) => {
        for (;;) {
          if (signal?.aborted === true) return;
          const current = queue.shift();
          if (current === undefined) return;
          onResult(await this.#playUntilStruck(seat, current));
        }
      }),
    );
  }

  /** @throws Error when a process has died after its last case */
  async stop(): Promise<void> {
    const died = this.seats.filter(({ waiting }) => !waiting.isResting);
    const legacies = await Promise.all(
      this.seats.map(async ({ site, waiting }) => {
        const legacy = await waiting.end();
        await site.stop();
        return legacy;
      }),
    );
    await rm(this.folder, { recursive: true, force: true });
    if (died.length === 0) return;
    const complaints = legacies.map((legacy) => legacy.complaints).join("");
    throw new Error(`a process died after its last case: ${complaints}`);
  }

  /** Plays a case again whose trouble did not come: on a busy machine, steps may come in another order. */
  async #playUntilStruck(seat: Seat, current: Case): Promise<CaseResult> {
    for (let attempt = 1; ; attempt += 1) {
      const result = await this.#playOn(seat, current);
      const showsNothing = !result.struck && result.findings.all.length === 0;
      if (!showsNothing || attempt === ATTEMPTS) return result;
    }
  }

  async #playOn(seat: Seat, current: Case): Promise<CaseResult> {
    const { site, waiting: child } = seat;
    // It loads the module while this case is played.
    if (isFatal(current)) seat.waiting = new Child();
    const media = this.media[current.kind];
    try {
      return await runCase(current, { site, media, child, sabotage: this.sabotage });
    } finally {
      const isToLive = seat.waiting === child && child.isResting;
      if (!isToLive) await child.end();
      if (seat.waiting === child && !isToLive) seat.waiting = new Child();
    }
  }
}
