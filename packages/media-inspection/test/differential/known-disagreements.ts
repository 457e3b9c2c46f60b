import type { Collection } from "./compared-files.js";
import type { Library } from "./disagreements.js";

/** Where a library differs from us, and why we are right. */
export interface KnownDisagreement {
  collection: Collection;
  file: string;
  library: Library;
  /** `file` where the library fails. */
  properties: readonly string[];
  reason: string;
}

export const KNOWN_DISAGREEMENTS: readonly KnownDisagreement[] = [
  {
    collection: "corpus",
    file: "valid/mp3/taglib-sharp__sample_v2_3_ext_header.mp3",
    library: "music-metadata",
    properties: ["trackNumber"],
    reason: "It takes the track of the ID3v1 tag (1), not that of the ID3v2 tag (2).",
  },
  {
    collection: "corpus",
    file: "valid/mp3/music-metadata__he_32khz.mp3",
    library: "music-metadata",
    properties: ["duration"],
    reason: "It takes a varying rate for constant; FFmpeg, SoX and mpg123 decode 5.4 s.",
  },
  {
    collection: "corpus",
    file: "valid/png/Pillow__exif_imagemagick_orientation.png",
    library: "sharp",
    properties: ["orientation"],
    reason: "It skips the raw profile with the EXIF data; Pillow and ExifTool read it.",
  },
  {
    collection: "corpus",
    file: "valid/wav/lofty-rs__duplicate_tags.wav",
    library: "music-metadata",
    properties: ["title", "album"],
    reason: "It takes the last of several tags of one kind, but the first for the artist.",
  },
  {
    collection: "corpus",
    file: "valid/wav/tinytag__id3_header_with_a_zero_byte.wav",
    library: "music-metadata",
    properties: ["title", "trackNumber"],
    reason: "It reads no ID3v2 tag behind a zero byte, and so takes the title of the INFO list.",
  },
  {
    collection: "odd",
    file: "mp3-3-frames-22k-then-44k.mp3",
    library: "mediabunny",
    properties: ["duration", "sampleRate", "channels"],
    reason: "It reads 3 frames of another stream in front; FFmpeg decodes 4.1 s, MediaInfo agrees.",
  },
  {
    collection: "odd",
    file: "mp3-joined-44k-32k-getid3-272.mp3",
    library: "mediabunny",
    properties: ["duration", "sampleRate"],
    reason: "It reads the first of two streams; FFmpeg, mutagen and SoX find 10.1 s.",
  },
  {
    collection: "odd",
    file: "mp3-joined-44k-32k-getid3-272.mp3",
    library: "music-metadata",
    properties: ["sampleRate"],
    reason: "It gives the rate of the first stream (4 s), and we that of the longest (6 s).",
  },
  {
    collection: "odd",
    file: "mp3-xing-count-too-small-junk-in-middle.mp3",
    library: "music-metadata",
    properties: ["duration"],
    reason: "It trusts the frame count of the Xing header; FFmpeg decodes 4.02 s.",
  },
  {
    collection: "odd",
    file: "m4a-edit-cuts-0.4s-of-1.2s.m4a",
    library: "music-metadata",
    properties: ["duration"],
    reason: "It ignores the edit list; ffprobe, MediaInfo and ExifTool find 0.8 s.",
  },
  {
    collection: "odd",
    file: "m4a-edit-cuts-0.4s-of-1.2s.m4a",
    library: "mediabunny",
    properties: ["duration"],
    reason: "It does not end where the edit list does; ffprobe, MediaInfo and ExifTool find 0.8 s.",
  },
  {
    collection: "odd",
    file: "mp3-id3v23-unsync-art-1.3MB-before-title.mp3",
    library: "music-metadata",
    properties: ["title", "artist", "album"],
    reason: "It loses its place behind an unsynchronised picture; MediaInfo and mutagen do not.",
  },
  {
    collection: "odd",
    file: "mp3-ape-cover200k-only.mp3",
    library: "music-metadata",
    properties: ["duration", "coverBytes"],
    reason: "It counts the APE tag as audio at a constant rate and misses its cover.",
  },
  {
    collection: "odd",
    file: "wav-id3-tag-larger-than-chunk.wav",
    library: "music-metadata",
    properties: ["file"],
    reason: "It fails at a tag that is larger than its chunk; ffprobe and MediaInfo read it.",
  },
  {
    collection: "odd",
    file: "m4a-mdta-keys.m4a",
    library: "music-metadata",
    properties: ["title", "artist"],
    reason: "It does not read these `mdta` keys; ffprobe and ExifTool do.",
  },
  {
    collection: "odd",
    file: "m4a-free-before-ftyp.m4a",
    library: "mediabunny",
    properties: ["file"],
    reason: "It expects `ftyp` first; ffprobe, MediaInfo, mutagen and ExifTool do not.",
  },
  {
    collection: "odd",
    file: "mp3-3-zeros-then-id3v2-art200k.mp3",
    library: "music-metadata",
    properties: ["title", "artist", "album", "coverBytes"],
    reason: "It expects the ID3v2 tag at offset 0; MediaInfo reads it behind zeros.",
  },
  {
    collection: "odd",
    file: "mp3-3-zeros-then-id3v2-art200k.mp3",
    library: "mediabunny",
    properties: ["file"],
    reason: "It expects a tag or a frame at offset 0; MediaInfo, mutagen and SoX do not.",
  },
];
