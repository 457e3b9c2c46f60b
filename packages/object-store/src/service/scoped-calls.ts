import type { Span } from "@opentelemetry/api";
import type { MediaKind } from "@repo/media-inspection";

import { type Checked, checkOptions } from "../checks.js";
import { EVERY_OWNER, type Owner, type Reader } from "../owner-types.js";
import type { ReadOptions } from "../provider.js";
import { observed } from "../telemetry/telemetry.js";
import type { Dependencies } from "./dependencies.js";

/** What the calls of a scope work with, and go through. */
export class ScopedCalls<
  Kind extends MediaKind | undefined = MediaKind | undefined,
  Of extends Reader = Owner,
> {
  /**
   * @param owner whose files the calls work on
   * @param kind the kind of file that the calls concern; undefined for all
   */
  constructor(
    readonly dependencies: Dependencies,
    readonly owner: Of,
    readonly kind: Kind,
  ) {}

  /** Runs a call with its options checked, in the caller's transaction. */
  run<Options extends ReadOptions, Result>(
    name: string,
    options: Options | undefined,
    work: (options: Checked<Options>) => Promise<Result>,
  ): Promise<Result> {
    const joined = this.joined(options);
    return this.call(name, () => work(checkOptions(joined)));
  }

  /** Runs a call once the owners' type is known to be that of the tables. */
  call<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    return this.observe(name, async () => {
      await this.dependencies.owners.check();
      return work();
    });
  }

  /** Runs a call in a span; a close of the store waits for it. */
  observe<Result>(name: string, work: (span: Span) => Promise<Result>): Promise<Result> {
    const { logger, calls } = this.dependencies;
    const kind: MediaKind | undefined = this.kind;
    return observed({ name, scope: this.#name, ...(kind && { kind }) }, logger, (span) =>
      calls.run(() => work(span)),
    );
  }

  get #name(): "user" | "system" | "application" {
    if (this.owner === EVERY_OWNER) return "application";
    return this.owner === null ? "system" : "user";
  }

  /** Options in the transaction of the calling code, unless they name one, or null for none. */
  joined<Options extends ReadOptions>(options: Options | undefined): Options | undefined {
    const given: unknown = options ?? {};
    if (typeof given !== "object" || (given as ReadOptions).transaction !== undefined) {
      return options;
    }
    const transaction = this.dependencies.currentTransaction();
    return transaction === undefined ? options : ({ ...options, transaction } as Options);
  }
}
