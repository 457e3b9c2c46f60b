import { MediaInspector } from "../../../dist/inspection/media-inspector.js";
import { serveInspections } from "../../../dist/inspection/isolation/serve-inspections.js";

/**
 * What a worker runs in tests: the parser of every day, but one of these texts, wherever it
 * stands in a chunk of the file, makes it behave as if the file had struck a bug.
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

/** So many objects of some 80 bytes. */
const objects = (count) => {
  const made = [];
  for (let index = 0; index < count; index += 1) made.push({ index, a: {}, b: {} });
  return made;
};

/** What the parsers of this worker never give back. */
const hoard = [];

class HostileInspector extends MediaInspector {
  write(chunk) {
    if (chunk.includes("!hoard")) hoard.push(objects(300_000));
    for (const [text, misbehave] of Object.entries(BUGS)) if (chunk.includes(text)) misbehave();
    super.write(chunk);
  }
}

serveInspections((limits) => new HostileInspector(limits));
