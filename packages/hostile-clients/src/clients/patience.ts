import { SETTINGS } from "../settings.js";

/** Milliseconds after which any answer must have come. */
export const PATIENCE = 1000 * (SETTINGS.requestTimeoutSeconds + 20);
