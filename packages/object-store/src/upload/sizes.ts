/** Bytes that are read, hashed and inspected at a time. */
export const BLOCK_BYTES = 256 * 1024;

/** Bodies up to this size go as one buffer, which can be sent again; it is also a part's size. */
export const PART_BYTES = 8 * 1024 * 1024;
