/** What every decoder process runs. On its own here with the next, as tests run what was built. */
export const DECODER_ENTRY = new URL("./decoder-main.js", import.meta.url);

/** The module that it loads: the decoder of every day. */
export const DECODER = new URL("./decoder.js", import.meta.url);
