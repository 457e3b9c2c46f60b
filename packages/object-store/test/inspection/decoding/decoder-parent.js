// Has an image decoded with a module, until this process is ended. argv: the module's URL
import { DecoderPool } from "../../../dist/inspection/decoding/decoder-pool.js";

process.on("SIGTERM", () => process.exit(0));
const pool = new DecoderPool({ decodeSeconds: 600 }, new URL(process.argv[2]));
const job = { format: "png", byteLength: 1, maxPixels: 1 };
await pool.decode(job, [Buffer.of(0)], new AbortController().signal);
