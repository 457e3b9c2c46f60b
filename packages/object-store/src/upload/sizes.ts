/** Bytes that are read, hashed and inspected at a time. */
export const BLOCK_BYTES = 768 * 1024;

/** Bytes of all blocks that are filled at the same time, unless that would make them too small. */
export const ALL_BLOCKS_BYTES = 10 * 1024 * 1024;

export const MIN_BLOCK_BYTES = 128 * 1024;

/** Bytes in which the head of a body is read, unless it is small enough to come at once. */
export const HEAD_BYTES = 128 * 1024;

/**
 * The least of a head that is inspected at a time: a client that sends it byte by byte is not to
 * cause a step for each.
 */
export const HEAD_STEP_BYTES = 16 * 1024;

/** Where the format shows only behind so much of a head, the rest of the head waits on disk. */
export const MAX_HEAD_IN_MEMORY_BYTES = 4 * 1024 * 1024;

/**
 * Bodies up to this size go as one buffer, which can be sent again, and are hashed where they are; it
 * is also a part's size.
 */
export const PART_BYTES = 5 * 1024 * 1024;
