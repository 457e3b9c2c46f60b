import { PassThrough } from "node:stream";

import { expect, it } from "@jest/globals";

import type { Entry } from "../src/journal.js";
import { JournalReader } from "../src/run/journal-reader.js";

const begun: Entry = {
  entry: "begun",
  call: 1,
  intent: { do: "maintenance" },
  inTransaction: false,
};

it("gives the entries of each job once it has ended, whatever pieces they come in", async () => {
  const pipe = new PassThrough();
  const reader = new JournalReader(pipe);
  for (const last of ["ended", "broken"] as const) {
    const end: Entry = last === "ended" ? { entry: last } : { entry: last, message: "é" };
    const ended = reader.ended();
    for (const byte of Buffer.from(`${JSON.stringify(begun)}\n${JSON.stringify(end)}\n`)) {
      pipe.write(Buffer.of(byte));
    }
    await ended;
    expect(reader.take()).toEqual([begun, end]);
  }
  expect(reader.take()).toEqual([]);
});

it("leaves out the line in which a process was killed", async () => {
  const pipe = new PassThrough();
  const reader = new JournalReader(pipe);
  pipe.write(`${JSON.stringify(begun)}\n{"entry":"end`);
  await new Promise(setImmediate);
  expect(reader.take()).toEqual([begun]);
});
