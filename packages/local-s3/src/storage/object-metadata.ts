import { type StoredChecksum } from "../checksums/checksum.js";

/** What the client chose to store along with an object's bytes. */
export interface ObjectAttributes {
  /** Content-Type, Cache-Control and so on, by lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** `x-amz-meta-*`, by the rest of the name. */
  readonly userMetadata: Readonly<Record<string, string>>;
}

export interface ObjectMetadata extends ObjectAttributes {
  readonly key: string;
  /** Without quotes. */
  readonly etag: string;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  readonly checksum?: StoredChecksum | undefined;
}

/** An object as it is right now, without its bytes. */
export interface ObjectSummary extends ObjectMetadata {
  /** Bytes. */
  readonly size: number;
}
