/** What an owner may use at most. No limit where one is absent. */
export interface Quota {
  /** Bytes of files, their variants and staged uploads, what is under way included. */
  readonly bytes?: number;
  /** Images and audio files, what is under way included. A variant is no file. */
  readonly files?: number;
}

/** What an upload reserves with its intent. */
export interface Reservation {
  bytes: number;
  files: number;
  /** Of its owner. */
  quota: Quota;
}

/** The quota that keeps all of several. */
export function least(quotas: readonly Quota[]): Quota {
  return quotas.reduce((quota, other) => ({
    ...smaller("bytes", quota, other),
    ...smaller("files", quota, other),
  }));
}

function smaller(name: keyof Quota, a: Quota, b: Quota): Quota {
  const limit = Math.min(a[name] ?? Infinity, b[name] ?? Infinity);
  return limit === Infinity ? {} : { [name]: limit };
}
