import { describe, expect, it } from "@jest/globals";

import { parseArguments } from "../src/parse-arguments.js";
import { UsageError } from "../src/usage-error.js";

const OPTIONS = { options: { json: { type: "boolean" } } } as const;

describe("parseArguments", () => {
  it("passes over the separator that pnpm leaves in first place", () => {
    expect(parseArguments(["--", "--json"], OPTIONS).values).toEqual({ json: true });
    expect(parseArguments(["--json"], OPTIONS).values).toEqual({ json: true });
  });

  it.each([[["--jsn"]], [["--json=1"]], [["extra"]]])("refuses %j as a wrong use", (argv) => {
    expect(() => parseArguments(argv, OPTIONS)).toThrow(UsageError);
  });

  it("leaves a defect of the program alone", () => {
    const wrong = { options: { json: { type: "number" } } } as unknown as typeof OPTIONS;
    expect(() => parseArguments([], wrong)).toThrow(/type/);
    expect(() => parseArguments([], wrong)).not.toThrow(UsageError);
  });
});
