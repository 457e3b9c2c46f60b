import type { Operation } from "../operation.js";

const FILES = 20;

/** Asks for the URLs of several files at once. */
export const urls: Operation = {
  name: "urls",
  run: ({ scope, shelf }) =>
    shelf.reading(FILES, async (files) => {
      for (const kind of ["images", "audio"] as const) {
        const ids = files.filter((file) => file.kind === kind).map(({ id }) => id);
        const signed = await scope[kind].urls(ids);
        const missing = ids.filter((id) => !signed.has(id));
        if (missing.length > 0) throw new Error(`there is no URL of ${missing.join(", ")}`);
      }
    }),
};
