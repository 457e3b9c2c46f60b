/** Bytes that are read, hashed and inspected at a time, where nobody else waits for the thread. */
export const BLOCK_BYTES = 768 * 1024;

/** The same for the first bytes of a body, and where many are on their way. */
export const SMALL_BLOCK_BYTES = 256 * 1024;

/** Bodies up to this size go as one buffer, which can be sent again; it is also a part's size. */
export const PART_BYTES = 5 * 1024 * 1024;
