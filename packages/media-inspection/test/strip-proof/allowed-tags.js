/** What an EXIF profile may say. */
const EXIF = ["Orientation"];
const SIZE = ["ImageWidth", "ImageHeight"];
/** Times and names that formats have fields for, as they are where nothing is known. */
const EMPTY = new Map([
  ["CreateDate", "0000:00:00 00:00:00"],
  ["ModifyDate", "0000:00:00 00:00:00"],
  ["TrackCreateDate", "0000:00:00 00:00:00"],
  ["TrackModifyDate", "0000:00:00 00:00:00"],
  ["MediaCreateDate", "0000:00:00 00:00:00"],
  ["MediaModifyDate", "0000:00:00 00:00:00"],
  ["MediaLanguageCode", "und"],
  ["PictureDescription", ""],
  ["Vendor", ""],
  ["Free", "(Binary data 0 bytes, use -b option to extract)"],
  ["Skip", "(Binary data 0 bytes, use -b option to extract)"],
  ["Wide", "(Binary data 0 bytes, use -b option to extract)"],
]);

/**
 * The tags that ExifTool may find in a file that was stripped of all, by its groups: what `all` keeps
 * (orientation, colours, density, timing; title, artist, album, year, track, genre, cover and what playback
 * needs) and the fields without which a decoder cannot read the format.
 */
const ALLOWED = new Map(
  Object.entries({
    File: [
      ...["FileType", "FileTypeExtension", "MIMEType", ...SIZE, "EncodingProcess"],
      ...["BitsPerSample", "ColorComponents", "YCbCrSubSampling", "ExifByteOrder", "ID3Size"],
    ],
    IFD0: EXIF,
    JFIF: ["JFIFVersion", "ResolutionUnit", "XResolution", "YResolution"],
    Adobe: ["DCTEncodeVersion", "APP14Flags0", "APP14Flags1", "ColorTransform"],
    PNG: [
      ...[...SIZE, "BitDepth", "ColorType", "Compression", "Filter", "Interlace", "Palette"],
      ...["Transparency", "BackgroundColor", "Gamma", "WhitePointX", "WhitePointY", "RedX", "RedY"],
      ...["GreenX", "GreenY", "BlueX", "BlueY", "SRGBRendering", "ProfileName", "SignificantBits"],
      ...["AnimationFrames", "AnimationPlays"],
    ],
    "PNG-pHYs": ["PixelUnits", "PixelsPerUnitX", "PixelsPerUnitY"],
    "PNG-cICP": [
      "ColorPrimaries",
      "TransferCharacteristics",
      "MatrixCoefficients",
      "VideoFullRangeFlag",
    ],
    GIF: [
      ...[...SIZE, "GIFVersion", "HasColorMap", "ColorResolutionDepth", "BitsPerPixel"],
      ...["BackgroundColor", "PixelAspectRatio", "TransparentColor"],
      ...["FrameCount", "Duration", "AnimationIterations"],
    ],
    RIFF: [
      // WebP.
      ...[...SIZE, "WebP_Flags", "VP8Version", "HorizontalScale", "VerticalScale"],
      ...["AlphaCompression", "AlphaFiltering", "AlphaPreprocessing", "ImageLength"],
      ...["BackgroundColor", "AnimationLoopCount", "FrameCount", "Duration"],
      // WAV.
      ...["Encoding", "NumChannels", "SampleRate", "AvgBytesPerSec", "BitsPerSample"],
      ...["NumberOfSamples", "RIFFSize64", "DataSize64", "NumberOfSamples64"],
      ...["Title", "Artist", "Product", "Genre", "DateCreated", "TrackNumber"],
    ],
    MPEG: [
      ...[
        "MPEGAudioVersion",
        "AudioLayer",
        "AudioBitrate",
        "SampleRate",
        "ChannelMode",
        "MSStereo",
      ],
      ...["IntensityStereo", "CopyrightFlag", "OriginalMedia", "Emphasis"],
      // The header of encoders, which gives delay and padding to those players that know its writer.
      ...["VBRFrames", "VBRBytes", "VBRScale", "Encoder", "LameVBRQuality", "LameQuality"],
      ...["LameMethod", "LameLowPassFilter", "LameBitrate", "LameStereoMode"],
    ],
    ID3v2_3: [
      ...["Title", "Artist", "Album", "Genre", "Year", "Track", "iTunSMPB", "Chapter"],
      ...["Picture", "PictureMIMEType", "PictureType", "TableOfContents"],
    ],
    FLAC: [
      ...["BlockSizeMin", "BlockSizeMax", "FrameSizeMin", "FrameSizeMax", "SampleRate", "Channels"],
      ...["BitsPerSample", "TotalSamples", "MD5Signature", "SeekTable", "CueSheet"],
      ...["Picture", "PictureMIMEType", "PictureType", "PictureLength", "PictureWidth"],
      ...["PictureHeight", "PictureBitsPerPixel", "PictureIndexedColors"],
    ],
    Vorbis: ["Title", "Artist", "Album", "Genre", "Date", "TrackNumber", "TrackTotal"],
    QuickTime: [
      ...["MajorBrand", "MinorVersion", "CompatibleBrands", "MovieHeaderVersion", "TimeScale"],
      ...["Duration", "PreferredRate", "PreferredVolume", "MatrixStructure", "NextTrackID"],
      ...["PreviewTime", "PreviewDuration", "PosterTime", "SelectionTime", "SelectionDuration"],
      ...["CurrentTime", "MediaData", "MediaDataOffset", "MediaDataSize"],
      ...["HandlerType", "HandlerVendorID"],
    ],
    Track: [
      ...["TrackHeaderVersion", "TrackID", "TrackDuration", "TrackLayer", "TrackVolume"],
      ...["MatrixStructure", "MediaHeaderVersion", "MediaTimeScale", "MediaDuration", "Balance"],
      ...["HandlerClass", "HandlerType", "AudioFormat", "AudioChannels", "AudioBitsPerSample"],
      ...["AudioSampleRate", "PurchaseFileFormat", "LayoutFlags", "ChapterListTrackID"],
      ...["TimeToSampleTable", "CompositionTimeToSample", "SampleToChunk", "SampleSizes"],
      ...["ChunkOffset", "ChunkOffset64", "SampleGroupDescription", "SampleToGroup"],
      ...["Unknown_alac", "Unknown_alis", "Unknown_btrt", "Unknown_edts", "Unknown_esds"],
      ...["Unknown_mp4a", "Unknown_url"],
      // The titles of chapters in a track of their own.
      ...["GenBalance", "GenFlags", "GenGraphicsMode", "GenMediaVersion", "GenOpColor"],
      ...["OtherFormat", "Text", "SampleTime", "SampleDuration"],
    ],
    ItemList: [
      ...["Title", "Artist", "Album", "Genre", "ContentCreateDate", "TrackNumber"],
      ...["CoverArt", "iTunSMPB"],
    ],
    iTunes: ["iTunSMPB"],
    UserData: ["ChapterList"],
  }).map(([group, tags]) => [group, new Set(tags)]),
);

/** Groups of tags that stay as they are: colours, density and what decoders need. */
export const KEPT_GROUPS = /^(ICC.*|JFIF|PNG.*)$/;

/** Where a place is, in the tags of any format: also in the parts of an address. */
const PLACE =
  /gps|latitude|longitude|altitude|location|coordinates|geo(tag|lat|lon|code)|^(city|state|province|country)|sub-?location/i;
/** Of a file, not of the earth. */
const NO_PLACE = /^(CountryOfOrigin|GeoTiff.*)$/;

/** Whether a file that was stripped of all may have this tag. */
export function isAllowed({ group, name, value }) {
  if (EMPTY.has(name)) return value === EMPTY.get(name);
  // Profiles stay.
  return /^ICC/.test(group) || ALLOWED.get(group.replace(/^Track\d+$/, "Track"))?.has(name);
}

export function isPlace({ group, name }) {
  return group === "GPS" || (PLACE.test(name) && !NO_PLACE.test(name));
}
