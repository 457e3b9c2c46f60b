import { describe, expect, it } from "@jest/globals";

import { startFailure } from "../../src/machine-failure.js";

describe("the failure of a process or thread to start", () => {
  it.each([
    ["EAGAIN", "processes", true],
    ["EMFILE", "file descriptors", true],
    ["ENOMEM", "memory", true],
    ["SIGABRT", "processes", true],
    ["EXIT_1", "processes", false],
    ["ENOENT", "processes", false],
    ["ERR_MODULE_NOT_FOUND", "processes", false],
  ])("(%s) tells that %s are lacking, and whether a repetition may help", (...row) => {
    const [code, resource, retryable] = row;
    const cause = Object.assign(new Error(), { code });
    expect(startFailure(cause)).toMatchObject({ resource, retryable, cause });
  });

  it("is read from what Node says of a thread that it could not make", () => {
    const cause = Object.assign(new Error("Worker initialization failure: EMFILE"), {
      code: "ERR_WORKER_INIT_FAILED",
    });
    expect(startFailure(cause)).toMatchObject({ resource: "file descriptors", retryable: true });
  });
});
