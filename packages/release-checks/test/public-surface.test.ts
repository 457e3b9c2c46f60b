import { beforeAll, describe, expect, it } from "@jest/globals";

import { entriesOf, PRODUCT } from "../src/packages.js";
import { publicSurface } from "../src/public-surface.js";

const ENTRIES = PRODUCT.flatMap(entriesOf);

/** The type, not the word in a name or a comment. */
const ANY = /(?<![\w$.])any(?![\w$])/;

let surface: Map<string, string>;

beforeAll(() => {
  surface = publicSurface(ENTRIES.map(({ types }) => types));
});

describe.each(ENTRIES)("$entry", ({ types }) => {
  it("has the public surface that was agreed: run jest with -u to agree to another one", () => {
    expect(surface.get(types)).toMatchSnapshot();
  });

  it("tells every type: none is any", () => {
    expect(
      surface
        .get(types)
        ?.split("\n")
        .filter((line) => ANY.test(line)),
    ).toEqual([]);
  });
});
