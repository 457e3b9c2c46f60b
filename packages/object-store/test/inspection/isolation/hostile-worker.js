import { MediaInspector } from "../../../dist/inspection/media-inspector.js";
import { serveInspections } from "../../../dist/inspection/isolation/serve-inspections.js";

/**
 * What a worker runs in tests: the parser of every day, but one of these texts, wherever a chunk
 * of the file begins with it, makes it behave as if the file had struck a bug.
 */
const BUGS = {
  "!spin": () => {
    for (;;);
  },
  "!heap": () => {
    const eaten = [];
    for (;;) eaten.push(new Array(10_000).fill({}));
  },
  "!bufs": () => {
    const eaten = [];
    for (;;) eaten.push(Buffer.alloc(16 * 1024 * 1024, 1));
  },
  "!exit": () => {
    process.exit(1);
  },
};

/** So many arrays of 80 kB. */
const arrays = (count) => Array.from({ length: count }, () => new Array(10_000).fill(0.5));

/** What the parsers of this worker never give back. */
const hoard = [];

class HostileInspector extends MediaInspector {
  write(chunk) {
    if (chunk.includes("!hoard")) hoard.push(arrays(600));
    if (chunk.includes("!need")) arrays(600);
    BUGS[Buffer.from(chunk.subarray(0, 5)).toString("latin1")]?.();
    super.write(chunk);
  }
}

serveInspections((limits) => new HostileInspector(limits));
