import { describe, expect, it } from "@jest/globals";

import { id3v2, mp3Frames } from "./support/audio.js";
import { bytes, uint32be } from "./support/bytes.js";
import { inspect, inspectAudio } from "./support/inspect.js";

/** `text` at an offset, zeros before it. */
function at(offset: number, text: string, before: Uint8Array = Buffer.alloc(0)): Buffer {
  return bytes(before, Buffer.alloc(offset - before.length), text);
}

/** A header of 512 bytes as tar wrote it before it had a signature: a name, sizes, a checksum. */
function oldTarHeader(): Buffer {
  const header = Buffer.alloc(512);
  header.write("a.mp3", "latin1");
  header.write("0000644\0", 100);
  header.write("00000100000\0", 124);
  header.fill(0x20, 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

function tarHeader(): Buffer {
  const header = Buffer.alloc(512);
  header.write("songs/a.mp3", "latin1");
  header.write("ustar\x0000", 257, "latin1");
  return header;
}

function transportPackets(): Buffer {
  return Buffer.concat(
    Array.from({ length: 20 }, () => bytes(0x47, 0x40, 0x11, 0x10, Buffer.alloc(184, 0x20))),
  );
}

const junk = Buffer.alloc(100, 0x81);
/** Beginnings of files that may hold MP3s as they are. */
const HEADS: readonly (readonly [string, Buffer])[] = [
  ["a tar archive", tarHeader()],
  ["an old tar archive", oldTarHeader()],
  ["a cpio archive", bytes("070701", "0".repeat(104), "a.mp3\0")],
  ["a binary cpio archive", bytes(0xc7, 0x71, Buffer.alloc(24), "a.mp3\0")],
  ["an ar archive", bytes("!<arch>\n", "a.mp3/          0           ")],
  ["an RPM package", bytes(0xed, 0xab, 0xee, 0xdb, 3, 0)],
  ["a ZIP archive", bytes("PK\x03\x04", Buffer.alloc(26), "a.mp3")],
  ["a ZIP archive with stored spans", bytes("PK\x07\x08PK\x03\x04")],
  ["a 7z archive", bytes("7z", 0xbc, 0xaf, 0x27, 0x1c)],
  ["a RAR archive", bytes("Rar!\x1a\x07\0")],
  ["an LHA archive", bytes(0x22, 0x10, "-lh0-")],
  ["a cabinet", bytes("MSCF\0\0\0\0")],
  ["an xar archive", bytes("xar!\0\x1c\0\x01")],
  ["a SQLite database", bytes("SQLite format 3\0", 16, 0)],
  ["a Berkeley database", at(12, "\x62\x31\x05\0")],
  ["a Jet database", bytes("\0\x01\0\0Standard Jet DB\0")],
  ["a compound document", bytes(0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1)],
  ["a Palm database", at(60, "BOOKMOBI", bytes("Name"))],
  ["a medical image", at(128, "DICM", bytes("x"))],
  ["a Flash movie", bytes("FWS\x06", uint32be(99))],
  ["a Flash video", bytes("FLV\x01\x05\0\0\0\x09")],
  ["a Matroska file", bytes(0x1a, 0x45, 0xdf, 0xa3)],
  ["a Windows Media file", bytes(0x30, 0x26, 0xb2, 0x75)],
  ["an AVI", bytes("RIFF\0\0\x10\0AVI LIST")],
  ["a program stream", bytes(0, 0, 1, 0xba, 0x44)],
  ["a transport stream", transportPackets()],
  [
    "a transport stream with timestamps",
    bytes("\0\0\0\0", Buffer.alloc(576, bytes("G", junk, Buffer.alloc(91)))),
  ],
  ["a Real Media file", bytes(".RMF\0\0\0\x12")],
  ["an ELF program", bytes("\x7fELF\x02\x01\x01")],
  ["a Windows program", bytes("MZ", 0x90, 0)],
  ["a Mach-O program", bytes(0xcf, 0xfa, 0xed, 0xfe)],
  ["a class file", bytes(0xca, 0xfe, 0xba, 0xbe)],
  ["a WebAssembly module", bytes("\0asm\x01\0\0\0")],
  ["a PDF document", bytes("%PDF-1.4\n")],
  ["a PDF document behind other lines", bytes("\n\x01\x02junk\n%PDF-1.4\n")],
  ["a mailbox", bytes("From a@example.org Thu Jan  1 00:00:00 2026\n")],
  ["a mail", bytes("Return-Path: <a@example.org>\r\nMIME-Version: 1.0\r\n\r\n")],
  ["a part of a form", bytes("--xyz\r\nContent-Disposition: form-data\r\n\r\n")],
  ["a JSON document", bytes('{"sound": "')],
  ["text", bytes("ten words make no sound, and so on. ".repeat(20))],
  ["a shell script", bytes("#!/bin/sh\ntail -n +2\n")],
  ["HTML", bytes("<!DOCTYPE html><html>")],
  ["a font", bytes(0, 1, 0, 0, 0, 0x0c, 0, 0x80)],
  ["a bitmap", bytes("BM", 0x36, 0, 3, 0)],
  ["a game's archive", bytes("IWAD", 9, 0, 0, 0)],
  ["a pickled object", bytes(0x80, 4, 0x95, 1)],
  ["a disk image with a boot record", at(510, "\x55\xaa", bytes(0xeb, 0x3c, 0x90, "MSDOS5.0"))],
  ["a disk image with an empty boot record", at(510, "\x55\xaa")],
  ["a disk image with a GUID table", at(512, "EFI PART", bytes(0xfa))],
  ["a disk image of ext", at(1080, "\x53\xef")],
  ["a disk image of HFS+", at(1024, "H+\0\x04")],
  ["an ISO image", at(32_769, "CD001\x01")],
  ["a hybrid ISO image", at(32_769, "CD001\x01", bytes("\x45\x52\x08"))],
  ["a raw CD image", bytes(0, Buffer.alloc(10, 0xff), 0, 0, 2, 0, 1)],
  ["a SquashFS image", bytes("hsqs")],
];

describe("MP3 frames", () => {
  it.each(HEADS)("in %s make no MP3 of it", async (_, head) => {
    const file = bytes(head, mp3Frames(200));
    await expect(inspect(file)).rejects.toMatchObject({ code: "unsupported_media_type" });
  });

  it.each(HEADS.filter(([name, head]) => head.length < 512 && name !== "text"))(
    "in %s behind a tag make no MP3 of it",
    async (_, head) => {
      const file = bytes(id3v2(bytes()), head, mp3Frames(200));
      await expect(inspect(file)).rejects.toMatchObject({ code: "unsupported_media_type" });
    },
  );

  it("among mostly other bytes make no MP3 of a file that begins with these", async () => {
    const file = (behind: number) => bytes(junk, mp3Frames(10), Buffer.alloc(behind, 0x81));
    expect(await inspectAudio(file(3000))).toMatchObject({ format: "mp3" });
    await expect(inspect(file(6000))).rejects.toMatchObject({ code: "unsupported_media_type" });
    expect(await inspectAudio(file(6000).subarray(junk.length))).toMatchObject({ format: "mp3" });
  });
});
