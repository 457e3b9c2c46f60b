/** The module that a hashing thread runs. On its own here, as tests run the built one. */
export const HASHING_ENTRY = new URL("./hashing-worker.js", import.meta.url);
