import { describe, expect, it } from "@jest/globals";

import { inspectBytes } from "../../src/media-inspector.js";
import { KEPT, MARKER, REMOVED } from "../support/markers.js";
import { strip } from "../support/strip.js";

const NOTHING = { edits: [], removed: [] };

describe("a file that is stripped of all", () => {
  it.each(REMOVED)("loses what stands in $place ($format)", ({ bytes }) => {
    expect(bytes.includes(MARKER)).toBe(true);
    const stripped = strip(bytes);
    expect(stripped.bytes.includes(MARKER)).toBe(false);
    expect(stripped.plan.removed).not.toEqual([]);
    expect(inspectBytes(stripped.bytes)).toEqual(inspectBytes(bytes));
    expect(strip(stripped.bytes).plan).toEqual(NOTHING);
  });

  it.each(KEPT)("keeps what stands in $place ($format)", ({ bytes }) => {
    expect(strip(bytes)).toEqual({ plan: NOTHING, bytes });
  });
});
