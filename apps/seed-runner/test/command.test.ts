import { describe, expect, it } from "@jest/globals";
import { resolve } from "node:path";

import { type Command, parseCommand } from "../src/cli/command.js";
import { UsageError } from "@repo/command-line/usage-error";

const parse = (...argv: string[]): Command => parseCommand(argv, "/default/data");

const USER = "0190f5a0-0000-7000-8000-00000000000a";

describe("the command line", () => {
  it("stores samples in the default data folder when nothing is asked for", () => {
    expect(parse()).toEqual({
      name: "seed",
      from: [],
      owner: { kind: "system" },
      concurrency: 4,
      report: undefined,
      serve: false,
      json: false,
      dataDir: "/default/data",
    });
  });

  it("takes paths from --from, again and again, and from positionals, in their order", () => {
    expect(parse("--from", "a", "b", "--json", "--from=c", "d", "--", "-e")).toMatchObject({
      from: ["a", "b", "c", "d", "-e"],
      json: true,
    });
  });

  it("takes paths without --from", () => {
    expect(parse("photos")).toMatchObject({ name: "seed", from: ["photos"] });
  });

  it("keeps the paths to import as they are given", () => {
    expect(parse("--from", "./a/../b/")).toMatchObject({ from: ["./a/../b/"] });
  });

  it("ignores a separator in first place, which package managers hand on", () => {
    expect(parse("--", "--json")).toMatchObject({ json: true, from: [] });
  });

  it("makes the paths of --report and --data absolute", () => {
    expect(parse("--report", "out.html", "--data", "store")).toMatchObject({
      report: resolve("out.html"),
      dataDir: resolve("store"),
    });
  });

  it("knows owners by UUID, whatever its case", () => {
    expect(parse("--from", "a", "--owner", USER.toUpperCase())).toMatchObject({
      owner: { kind: "user", id: USER },
    });
    expect(parse("--from", "a", "--owner", "system")).toMatchObject({ owner: { kind: "system" } });
  });

  it.each([["--help"], ["-h"], ["--from", "a", "--help"]])("answers %s with help", (...argv) => {
    expect(parse(...argv)).toEqual({ name: "help" });
  });

  it("resets with a data folder of its own", () => {
    expect(parse("--reset", "--data", "/x", "--json")).toEqual({
      name: "reset",
      dataDir: "/x",
      json: true,
    });
  });

  it.each([
    [["--frobnicate"], /frobnicate/],
    [["--report"], /report/],
    [["--json=yes"], /json/],
    [["--from", ""], /empty path/],
    [["--report", ""], /--report was given an empty path/],
    [["--data="], /--data was given an empty path/],
    [["--from", "a", "--owner", "ada"], /--owner takes the UUID/],
    [["--owner", "system"], /--owner is for --from/],
    [["--concurrency", "0"], /from 1 to 32/],
    [["--concurrency", "33"], /from 1 to 32/],
    [["--concurrency", "1.5"], /whole number/],
    [["--concurrency", "many"], /whole number/],
    [["--reset", "--from", "a"], /--reset goes alone/],
    [["--reset", "a"], /--reset goes alone/],
    [["--reset", "--serve"], /--reset goes alone/],
  ])("refuses %j", (argv, message) => {
    expect(() => parse(...argv)).toThrow(UsageError);
    expect(() => parse(...argv)).toThrow(message);
  });
});
