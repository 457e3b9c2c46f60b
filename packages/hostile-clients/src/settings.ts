/** What the servers under attack are given: short times, so that the proof is short as well. */
export const SETTINGS = {
  maxBytes: 6 * 1024 * 1024,
  sourceTimeoutSeconds: 2,
  uploadTimeoutSeconds: 10,
  leaseSeconds: 10,
  requestTimeoutSeconds: 15,
} as const;

/** The form parsers, each on a port of its own. */
export const PARSERS = ["busboy", "fastify", "multer"] as const;

export type Parser = (typeof PARSERS)[number];
