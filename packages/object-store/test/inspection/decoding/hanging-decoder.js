import { writeFileSync } from "node:fs";

/**
 * What a decoder process loads in tests: its main thread stands still for good, at once, with the first
 * image, or never, as the query of its URL says. There it writes its pid to a file.
 */
const { searchParams } = new URL(import.meta.url);
const when = searchParams.get("when");

const tellPid = () => writeFileSync(searchParams.get("pidFile"), String(process.pid));

const standStill = () => {
  tellPid();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
};

if (when === "start") standStill();
if (when === "decode") process.on("message", standStill);
if (when === "never") tellPid();
await import("../../../dist/inspection/decoding/decoder.js");
