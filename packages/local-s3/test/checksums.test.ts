import { describe, expect, it } from "@jest/globals";

import { createChecksum, type ChecksumAlgorithm } from "../src/checksums/checksum.js";

// Check values of the CRC catalogue (https://reveng.sourceforge.io/crc-catalogue/) and of FIPS 180-4.
const CHECKS: [ChecksumAlgorithm, string, string][] = [
  ["CRC32", "123456789", "cbf43926"],
  ["CRC32C", "123456789", "e3069283"],
  ["CRC64NVME", "123456789", "ae8b14860a799888"],
  ["SHA1", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"],
  ["SHA256", "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
];

describe("createChecksum", () => {
  it.each(CHECKS)("%s of the standard's check input", (algorithm, input, expected) => {
    const checksum = createChecksum(algorithm);
    checksum.update(Buffer.from(input));
    expect(checksum.digest().toString("hex")).toBe(expected);
  });

  it.each(CHECKS)("%s does not depend on how the input is cut", (algorithm, input, expected) => {
    const checksum = createChecksum(algorithm);
    for (const character of input) checksum.update(Buffer.from(character));
    checksum.update(Buffer.alloc(0));
    expect(checksum.digest().toString("hex")).toBe(expected);
  });
});
