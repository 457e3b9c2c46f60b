import { parseArgs } from "node:util";

import { packObjectStore } from "./pack/pack.js";

const { values } = parseArgs({
  options: {
    name: { type: "string", default: "object-store" },
    version: { type: "string" },
    out: { type: "string", default: "packed" },
  },
});
try {
  console.log(await packObjectStore(values));
} catch (error) {
  if (!(error instanceof RangeError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
