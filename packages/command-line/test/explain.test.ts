import { describe, expect, it } from "@jest/globals";

import { explain } from "../src/explain.js";
import { SetupError } from "../src/setup-error.js";
import { UsageError } from "../src/usage-error.js";

describe("an error at the end of a run", () => {
  it("points to the help when the usage was wrong", () => {
    expect(explain(new UsageError("No."))).toBe("No.\nRun with --help for the options.");
  });

  it("tells its causes, one a line, without a stack", () => {
    const refused = new AggregateError([new Error("connect ECONNREFUSED ::1:5432")]);
    const error = new SetupError("Check the database.", {
      cause: new Error("cannot connect", { cause: refused }),
    });
    expect(explain(error)).toBe(
      "Check the database.\n  cannot connect\n    connect ECONNREFUSED ::1:5432",
    );
  });

  it("shows the stack of a defect", () => {
    expect(explain(new TypeError("oops"))).toMatch(/TypeError: oops\n\s+at /);
  });
});
