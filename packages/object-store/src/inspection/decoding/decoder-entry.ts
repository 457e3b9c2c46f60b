/** The module that a decoder process runs. On its own here, as tests run the built one. */
export const DECODER_ENTRY = new URL("./decoder.js", import.meta.url);
