/** RFC 9649, 2.7: flags of the VP8X chunk. */
export const ANIMATION = 0x02;
export const XMP = 0x04;
export const EXIF = 0x08;
export const ALPHA = 0x10;
export const VP8X_BYTES = 10;
/** Of a frame, before the chunks of its image: place, size and duration. */
export const FRAME_HEADER_BYTES = 16;
