import { isUtf8 } from "node:buffer";

/** A format that is recognised by bytes at a fixed place. */
export interface Signature {
  /** The name that a refusal gives. */
  name: string;
  /** Offset of the bytes; 0 where not given. */
  at?: number;
  /** In Latin-1, any of these. */
  bytes: readonly string[];
}

/** How many bytes `containerFormat` looks at. */
export const CONTAINER_HEAD_BYTES = 512;

/** Files that may hold MP3 frames, stored as they are, among other things. */
export const CONTAINERS: readonly Signature[] = [
  { name: "a cpio archive", bytes: ["070701", "070702", "070707", "\xc7\x71", "\x71\xc7"] },
  { name: "an archive of ar, such as a Debian package", bytes: ["!<arch>\n", "!<thin>\n"] },
  { name: "an RPM package", bytes: ["\xed\xab\xee\xdb"] },
  { name: "a cabinet or installer", bytes: ["MSCF", "ISc(", "xar!", "MSWIM\0\0\0", "Cr24"] },
  { name: "an LHA archive", at: 2, bytes: ["-lh", "-lz", "-pm"] },
  { name: "an ACE archive", at: 7, bytes: ["**ACE**"] },
  {
    name: "an archive",
    bytes: ["StuffIt", "SIT!", "\x60\xea", "ZPAQ", "borg", "ANDROID BACKUP\n", "Salted__"],
  },
  {
    name: "a compressed file",
    bytes: ["LZIP", "LRZI", "\x89LZO", "\x04\x22\x4d\x18", "\x02\x21\x4c\x18", "SZDD", "KWAJ"],
  },
  {
    name: "a compressed file",
    bytes: ["\x1f\x9d", "\x1f\xa0", "\x5d\0\0", "\x78\x01", "\x78\x5e", "\x78\x9c", "\x78\xda"],
  },
  {
    name: "a compound document, such as of Microsoft Office",
    bytes: ["\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"],
  },
  { name: "a help file or e-book", bytes: ["ITSF", "ITOLITLS"] },
  { name: "a Palm database", at: 60, bytes: ["BOOKMOBI", "TEXtREAd", "DataPlkr", "PNRdPPrs"] },
  { name: "a database", bytes: ["SQLite format 3\0", "\x37\x7f\x06\x82", "\x37\x7f\x06\x83"] },
  {
    name: "a database",
    bytes: ["\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", "PAR1", "PAR2\0PKT", "ORC", "Obj\x01"],
  },
  { name: "a database", at: 4, bytes: ["Standard Jet DB", "Standard ACE DB", "AccDB"] },
  { name: "a database", at: 12, bytes: ["\x62\x31\x05\0", "\0\x05\x31\x62", "\x61\x15\x06\0"] },
  { name: "a Flash movie", bytes: ["FWS", "CWS", "ZWS"] },
  { name: "a video", bytes: [".RMF", "NSVf", "NSVs", "nut/", "BIK", "SMK2", "DKIF", "YUV4MPEG2"] },
  { name: "a video", bytes: ["\x06\x0e\x2b\x34", "\xb7\xd8\x00\x20", "DIRAC"] },
  {
    name: "audio of another format",
    bytes: ["Creative Voice File", "riff\x2e\x91", "IMPM", "ajkg"],
  },
  {
    name: "audio of another format",
    bytes: ["Extended Module:", "TWIN97", "LA0", "NIST_1A", "PSF"],
  },
  { name: "a sound bank", bytes: ["BKHD", "AKPK", "FSB4", "FSB5", "XWB", "SDBK"] },
  {
    name: "a game's archive",
    bytes: [
      ...[
        "IWAD",
        "PWAD",
        "WAD2",
        "WAD3",
        "PACK",
        "UnityFS",
        "UnityWeb",
        "UnityRaw",
        "UnityArchive",
      ],
      ...["GDPC", "BSA\0", "BTDX", "VPVP", "RPA-", "KENGINE", "\x34\x12\xaa\x55", "MPQ\x1a"],
    ],
  },
  {
    name: "a program",
    bytes: ["\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\0asm"],
  },
  { name: "a program", bytes: ["dex\n", "dey\n", "BC\xc0\xde", "\x4c\x01", "\x64\x86", "VZ"] },
  { name: "a font", bytes: ["OTTO", "ttcf", "wOFF", "wOF2", "\0\x01\0\0\0", "true\0"] },
  {
    name: "scientific data",
    bytes: ["\x89HDF\r\n", "CDF\x01", "CDF\x02", "\x93NUMPY", "MATLAB 5"],
  },
  {
    name: "an image of another format",
    bytes: ["gimp xcf", "AT&TFORM", "DDS ", "\x76\x2f\x31\x01"],
  },
  { name: "an image of another format", bytes: ["BM", "\xd7\xcd\xc6\x9a", "SIMPLE  =", "qoif"] },
  { name: "a file of Apple's double format", bytes: ["\0\x05\x16\0", "\0\x05\x16\x07"] },
  { name: "a Python object", bytes: ["\x80\x02", "\x80\x03", "\x80\x04\x95", "\x80\x05\x95"] },
  { name: "a property list or bundle", bytes: ["bplist", "book\0\0\0\0"] },
  { name: "a git pack or index", bytes: ["PACK\0\0", "DIRC\0\0", "\xfftOc"] },
  {
    name: "a network capture",
    bytes: ["\xd4\xc3\xb2\xa1", "\xa1\xb2\xc3\xd4", "\x0a\x0d\x0d\x0a"],
  },
  {
    name: "a disk image",
    bytes: [
      ...["\0\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\0", "QFI\xfb", "KDMV", "COWD", "vhdxfile"],
      ...["conectix", "<<< ", "CISO", "hsqs", "sqsh", "XFSB", "LUKS\xba\xbe", "-rom1fs-"],
      ...["\x45\x3d\xcd\x28", "\x28\xcd\x3d\x45", "ER\x02\0", "DSK\x01", "encrcdsa"],
    ],
  },
  { name: "a disk image", at: 32, bytes: ["NXSB"] },
  {
    name: "a firmware image",
    bytes: [
      "UBI#",
      "\x85\x19",
      "\x27\x05\x19\x56",
      "ANDROID!",
      "\x3a\xff\x26\xed",
      "\xd0\x0d\xfe\xed",
    ],
  },
  { name: "a 3D scene", bytes: ["BLENDER", "glTF"] },
  { name: "a medical image", at: 128, bytes: ["DICM"] },
];

/** What lies too far from a file's beginning to be looked for in each. */
export const FAR_CONTAINERS: readonly Signature[] = [
  { name: "a disk image or boot sector", at: 510, bytes: ["\x55\xaa"] },
  { name: "a disk image (GPT)", at: 512, bytes: ["EFI PART"] },
  { name: "a disk image (Apple)", at: 512, bytes: ["PM\0\0"] },
  { name: "a disk image (HFS)", at: 1024, bytes: ["H+\0\x04", "HX\0\x05"] },
  { name: "a disk image (ext)", at: 1080, bytes: ["\x53\xef"] },
  { name: "a disk image (swap)", at: 4086, bytes: ["SWAPSPACE2"] },
  { name: "a disk image (ISO 9660 or UDF)", at: 32_769, bytes: ["CD001", "BEA01", "NSR0"] },
  { name: "a disk image (ISO 9660 or UDF)", at: 37_633, bytes: ["CD001"] },
  { name: "a disk image (Btrfs)", at: 65_600, bytes: ["_BHRfS_M"] },
];

/** The first lines of a mail or other message, or of its parts. */
const MESSAGE =
  /^(From \S+ |--\S{1,70}\r?\nContent-|[A-Za-z][\w-]{0,60}: ?[^\r\n]*\r?\n([A-Za-z][\w-]{0,60}:|[ \t]))/;
const JSON_START = /^\s*[[{]\s*["[{]/;
const TEXT = /^[\t\n\f\r\x20-\x7e\x80-\xff]*$/;

/** What a file is that begins as a container; undefined where unknown. */
export function containerFormat(head: Buffer): string | undefined {
  const text = head.toString("latin1");
  const signature = CONTAINERS.find((each) => matches(each, text));
  if (signature !== undefined) return signature.name;
  if (text.startsWith("ustar", 257) || isTar(head)) return "a tar archive";
  if (text.includes("%PDF-")) return "a PDF document";
  if (isTransportStream(head)) return "an MPEG video";
  if (MESSAGE.test(text)) return "a mail or other message";
  return JSON_START.test(text) ? "a JSON document" : undefined;
}

/** Whether a signature is in the text, which begins `from` bytes on from the start of the file. */
export function matches({ at = 0, bytes }: Signature, text: string, from = 0): boolean {
  return bytes.some((start) => text.startsWith(start, at - from));
}

/** Headers older than `ustar` have a checksum only: POSIX.1-1988, 10.1.1. */
function isTar(head: Buffer): boolean {
  if (head.length < 512 || head[0] === 0) return false;
  const [, digits] = /^ *([0-7]{1,7})[\0 ]/.exec(head.toString("latin1", 148, 156)) ?? [];
  if (digits === undefined) return false;
  let sum = 8 * 0x20;
  head.forEach((byte, at) => {
    if (at < 148 || at >= 156) sum += byte;
  });
  return sum === parseInt(digits, 8);
}

/**
 * Packets of a transport stream begin with the same byte (ISO/IEC 13818-1, 2.4.3.2); each may come
 * behind a time of four bytes or before a checksum.
 */
function isTransportStream(head: Buffer): boolean {
  const layouts = [
    [0, 188],
    [4, 192],
    [0, 192],
    [0, 204],
  ] as const;
  return layouts.some(([first, length]) =>
    [0, 1, 2].every((index) => head[first + index * length] === 0x47),
  );
}

/** Whether a file begins with a stretch of text that is too long for damage in front of audio. */
export function isText(head: Buffer): boolean {
  if (head.length < CONTAINER_HEAD_BYTES || !TEXT.test(head.toString("latin1"))) return false;
  // The last character may be cut.
  return [0, 1, 2, 3].some((cut) => isUtf8(head.subarray(0, head.length - cut)));
}
