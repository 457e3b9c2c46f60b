import { expect } from "@jest/globals";
import fc from "fast-check";

import { expireUnfinished } from "../../support/unfinished.js";
import { deletion, deletionOfMany, end, refusedUpload, upload } from "./calls.js";
import { command } from "./command.js";
import { death } from "./deaths.js";
import { look } from "./looks.js";

const age = fc.constant(
  command(
    "let leases end",
    () => true,
    async (model, real) => {
      await expireUnfinished(real.harness.database);
      model.age();
    },
  ),
);

const sweep = fc.constant(
  command(
    "sweep",
    () => true,
    async (model, real) => {
      expect(await real.harness.maintenance.sweep()).toEqual(model.sweep());
    },
  ),
);

/** Sequences of calls; those that come more often stand here more often. */
export const commands = fc.commands(
  [
    ...[upload, upload, upload, upload, upload, refusedUpload],
    ...[deletion, deletion, deletion, deletionOfMany, end, end],
    ...[death, death, death, age, sweep, look, look],
  ],
  { maxCommands: 60, size: "max" },
);
