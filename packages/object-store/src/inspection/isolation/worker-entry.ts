/** The module that a worker thread runs. On its own here, as tests run the built one. */
export const WORKER_ENTRY = new URL("./worker.js", import.meta.url);
