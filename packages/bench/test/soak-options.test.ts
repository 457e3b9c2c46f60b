import { describe, expect, it } from "@jest/globals";
import { UsageError } from "@repo/command-line/usage-error";

import { parseOptions } from "../src/soak/cli/options.js";

describe("the options of the soak", () => {
  it("have defaults", () => {
    const { svg, ...options } = parseOptions([]);
    expect(options).toEqual({ minutes: 30, concurrency: 32, json: false, help: false });
    expect(svg).toMatch(/\/docs\/soak\.svg$/);
  });

  it("are taken from the command line, behind a separator too", () => {
    const args = ["--", "--minutes", "0.5", "--concurrency", "4", "--svg", "/a/b.svg", "--json"];
    expect(parseOptions(args)).toEqual({
      minutes: 0.5,
      concurrency: 4,
      svg: "/a/b.svg",
      json: true,
      help: false,
    });
  });

  it.each([
    [["--minutes", "0"], "--minutes takes a number above 0, up to 10080, not"],
    [["--minutes", "a while"], "--minutes takes a number above 0"],
    [["--concurrency", "1.5"], "--concurrency takes a whole number from 1 to 128, not"],
    [["--concurrency", "129"], "--concurrency takes a whole number from 1 to 128, not"],
    [["--svg", ""], "--svg was given an empty path"],
    [["--seconds", "3"], "Unknown option '--seconds'"],
  ])("refuse %j", (args, message) => {
    expect(() => parseOptions(args)).toThrow(UsageError);
    expect(() => parseOptions(args)).toThrow(message);
  });
});
