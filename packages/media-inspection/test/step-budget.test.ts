import { describe, expect, it } from "@jest/globals";

import { ByteCursor, type Walk } from "../src/byte-cursor.js";
import { InspectionError } from "../src/errors.js";
import { MediaInspector } from "../src/media-inspector.js";
import { stepsAllowed } from "../src/step-budget.js";
import { HOSTILE_FILES } from "./fuzz/hostile-files.js";

const FILE = Buffer.alloc(50_000, "media");
/** Steps of a slice, with those of the last window in it: 64 KiB of matches, or of what is taken. */
const MAX_SLICE_STEPS = 100_000 + 65_536 * 4.5;

/** Runs a parser over the file, and resumes it where it gives way. */
function run(parser: (source: ByteCursor) => Walk<unknown>): { outcome: unknown; steps: number } {
  const source = new ByteCursor();
  source.push(FILE);
  source.end();
  const walk = parser(source);
  try {
    for (;;) {
      const step = walk.next();
      if (step.done === true) return { outcome: step.value, steps: source.budget.spent };
    }
  } catch (error) {
    return { outcome: error, steps: source.budget.spent };
  }
}

describe("a parser that runs away", () => {
  it.each<[string, (source: ByteCursor) => Walk<unknown>]>([
    [
      "looks at the same bytes for ever",
      function* (source) {
        for (;;) yield* source.peek(8);
      },
    ],
    [
      "looks far ahead for ever",
      function* (source) {
        for (let at = 0; ; at = (at + 7919) % 40_000) yield* source.peekAt(at, 4);
      },
    ],
    [
      "takes nothing for ever",
      function* (source) {
        for (;;) yield* source.take(0);
      },
    ],
    [
      "takes from the end of the file for ever",
      function* (source) {
        for (;;) yield* source.take(100_000);
      },
    ],
    [
      "skips nothing for ever",
      function* (source) {
        for (;;) yield* source.skip(0);
      },
    ],
    [
      "folds nothing for ever",
      function* (source) {
        for (;;) yield* source.fold(0, 4, () => undefined);
      },
    ],
    [
      "hops over no record for ever",
      function* (source) {
        for (;;) yield* source.hop({ headerBytes: 1, sizeAt: () => 0 });
      },
    ],
    [
      "finds the same place for ever",
      function* (source) {
        for (;;) yield* source.seek({ byte: 0x6d }, 1, () => 0);
      },
    ],
    [
      "skips zeros for ever",
      function* (source) {
        for (;;) yield* source.skipZeros(10);
      },
    ],
    [
      "opens cursors over what it took for ever",
      function* (source) {
        const taken = yield* source.take(1000);
        for (;;) yield* source.over(taken).take(1000);
      },
    ],
    [
      "charges for its own loops for ever",
      function* (source) {
        for (;;) {
          source.charge(1);
          yield* source.peek(0);
        }
      },
    ],
  ])("(it %s) is ended", (_what, parser) => {
    const { outcome, steps } = run(parser);
    expect(outcome).toBeInstanceOf(InspectionError);
    expect(outcome).toMatchObject({
      code: "invalid_media",
      message: expect.stringMatching(
        /^The file takes too much work to read: more than \d+ steps for its first \d+ bytes\.$/,
      ),
    });
    expect(steps).toBeLessThan(stepsAllowed(FILE.length) + 100_000);
  });
});

describe.each(Object.entries(HOSTILE_FILES))("a hostile %s", (_name, make) => {
  it.each([64 * 1024, 4 * 1024 * 1024])(
    "of %d bytes gets a verdict within its steps, in slices",
    (size) => {
      const inspector = new MediaInspector();
      const slices: number[] = [];
      let before = 0;
      const slice = (work: () => boolean): boolean => {
        try {
          return work();
        } finally {
          slices.push(inspector.steps - before);
          before = inspector.steps;
        }
      };
      const judge = (): void => {
        const bytes = make(size);
        for (let isDone = slice(() => inspector.write(bytes)); !isDone;) {
          isDone = slice(() => inspector.resume());
        }
        for (let isDone = slice(() => inspector.end()); !isDone;) {
          isDone = slice(() => inspector.resume());
        }
      };
      let failure: unknown;
      try {
        judge();
      } catch (error) {
        failure = error;
        expect(error).toBeInstanceOf(InspectionError);
        // A cause means that the parser itself failed.
        expect((error as InspectionError).cause).toBeUndefined();
      }
      expect(inspector.facts ?? failure).toBeDefined();
      expect(inspector.steps).toBeLessThan(stepsAllowed(size) + MAX_SLICE_STEPS);
      expect(Math.max(...slices)).toBeLessThan(MAX_SLICE_STEPS);
    },
  );
});
