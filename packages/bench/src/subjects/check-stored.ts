import { s3Address, type S3Name, type ServiceAddresses } from "../services/service-addresses.js";
import { setSinkHashing, sinkSha256 } from "../services/sink-client.js";
import { assertSameBytes, storedSha256 } from "./stored-sha256.js";
import type { Stored } from "./uploader.js";

export interface StoredCheck {
  readonly services: ServiceAddresses;
  readonly s3Name: S3Name;
  /** Of the source, in hexadecimal. */
  readonly sha256: string;
  readonly stored: readonly Stored[];
  /** Sends the same once more. */
  readonly again: () => Promise<Stored>;
}

/**
 * What a server stored is read back. The sink keeps nothing, and hashing would slow down what is
 * measured: it is sent the file once more and hashes that.
 */
export async function checkStored(check: StoredCheck): Promise<void> {
  const { services, s3Name, sha256: expected, stored, again } = check;
  const address = s3Address(services, s3Name);
  for (const { sha256 = expected } of stored) assertSameBytes("row", sha256, expected);
  if (s3Name !== "sink") {
    for (const { key } of stored) {
      assertSameBytes(s3Name, await storedSha256(address, await key()), expected);
    }
    return;
  }
  await setSinkHashing(address, true);
  try {
    const { key } = await again();
    assertSameBytes(s3Name, await sinkSha256(address, await key()), expected);
  } finally {
    await setSinkHashing(address, false);
  }
}
