/** The `maxBytes` of the store, which form parsers have to know. */
export const MAX_PHOTO_BYTES = 20_000_000;
