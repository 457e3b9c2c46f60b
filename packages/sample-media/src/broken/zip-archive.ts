import { crc32 } from "node:zlib";

import { concat, latin1, uint16le, uint32le } from "../bytes.js";

const LOCAL_FILE = 0x04034b50;
const CENTRAL_FILE = 0x02014b50;
const END_OF_DIRECTORY = 0x06054b50;

/** A ZIP archive of one stored file (PKWARE APPNOTE, section 4.3). */
export function zipArchive(name: string, content: Uint8Array): Uint8Array {
  const facts = concat([
    uint16le(20),
    uint16le(0),
    uint16le(0),
    uint32le(0x00210000),
    uint32le(crc32(content)),
    uint32le(content.length),
    uint32le(content.length),
    uint16le(name.length),
    uint16le(0),
  ]);
  const local = concat([uint32le(LOCAL_FILE), facts, latin1(name), content]);
  const central = concat([
    uint32le(CENTRAL_FILE),
    uint16le(20),
    facts,
    new Uint8Array(14),
    latin1(name),
  ]);
  const end = concat([
    uint32le(END_OF_DIRECTORY),
    uint32le(0),
    uint16le(1),
    uint16le(1),
    uint32le(central.length),
    uint32le(local.length),
    uint16le(0),
  ]);
  return concat([local, central, end]);
}
