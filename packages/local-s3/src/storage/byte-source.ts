import { type StoredChecksum } from "../checksums/checksum.js";

/** A body on its way into the store; it can be read once. */
export interface ByteSource extends AsyncIterable<Buffer> {
  /** The digests of the whole body; valid once the iteration has ended normally. */
  digests(): { etag: string; checksum: StoredChecksum | undefined };
}
