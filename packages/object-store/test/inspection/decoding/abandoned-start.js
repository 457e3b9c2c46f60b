// Gives up an image whose decoder process cannot be made, and ends well.
import { DecoderPool } from "../../../dist/inspection/decoding/decoder-pool.js";

process.execPath = new URL("./absent", import.meta.url).pathname;
const abort = new AbortController();
const job = { format: "png", byteLength: 1, maxPixels: 1 };
const decoding = new DecoderPool().decode(job, [Buffer.of(0)], abort.signal);
abort.abort(new Error("nobody waits for it"));
await decoding.catch(() => undefined);
