import { checkInteger, checkOptions } from "../checks.js";
import { InvalidInputError, QuotaExceededError } from "../errors.js";
import type { Owner, OwnerId } from "../owner-types.js";
import type { StorageUsage } from "../provider.js";
import type { Counters } from "../repo/counter-repo.js";
import type { Quota, Reservation } from "./quota.js";

interface QuotaOf<Id> {
  call(owner: Id): Quota | Promise<Quota>;
}

/** The quota of every owner, or of each. A method's type, as options for one type of ids are also options. */
export type QuotaOption<Id extends OwnerId = OwnerId> = Quota | QuotaOf<Id>["call"];

/** The quotas of owners. System-wide files have none. */
export class Quotas {
  readonly #quotaOf: QuotaOf<OwnerId>["call"] | undefined;

  /** @throws InvalidInputError (`invalid_input`) */
  constructor(
    option: QuotaOption | undefined,
    private readonly counters: Pick<Counters, "of">,
  ) {
    if (option === undefined || typeof option === "function") this.#quotaOf = option;
    else {
      const quota = checkQuota(option);
      this.#quotaOf = () => quota;
    }
  }

  /** Undefined where nothing is counted. */
  async of(owner: Owner): Promise<Quota | undefined> {
    return owner === null || this.#quotaOf === undefined
      ? undefined
      : checkQuota(await this.#quotaOf(owner));
  }

  /** What to reserve; undefined where nothing is counted. */
  async reservation(
    owner: Owner,
    held: Pick<Reservation, "bytes" | "files">,
  ): Promise<Reservation | undefined> {
    const quota = await this.of(owner);
    return quota && { ...held, quota };
  }

  /**
   * Rejects before a byte is read what would find no room in the end.
   *
   * @throws QuotaExceededError (`quota_exceeded`)
   */
  async requireRoom(owner: Owner, quota: Quota, byteLength: number): Promise<void> {
    if (owner === null) return;
    const used = await this.counters.of(owner);
    const { bytes = Infinity, files = Infinity } = quota;
    if (used.bytes + byteLength > bytes || used.files + 1 > files) {
      throw new QuotaExceededError(quota);
    }
  }

  /** @throws InvalidInputError (`invalid_input`) where nothing is counted */
  async usage(owner: Owner): Promise<StorageUsage> {
    const quota = await this.of(owner);
    if (owner === null || quota === undefined) {
      throw new InvalidInputError(
        "Only what users store is counted, by a provider with the option quota.",
      );
    }
    return { ...(await this.counters.of(owner)), quota };
  }
}

/** @throws InvalidInputError (`invalid_input`) unless each limit is a whole number from 0 */
function checkQuota(given: Quota): Quota {
  const { bytes, files } = checkOptions<Quota>(given);
  return {
    ...(bytes !== undefined && { bytes: checkLimit("bytes", bytes) }),
    ...(files !== undefined && { files: checkLimit("files", files) }),
  };
}

function checkLimit(name: keyof Quota, limit: unknown): number {
  return checkInteger(`quota.${name}`, limit, 0, Number.MAX_SAFE_INTEGER);
}
