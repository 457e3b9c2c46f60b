import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";

import { UploadExpiredError } from "../../src/errors.js";
import { withUploadTime } from "../../src/upload/upload-time.js";

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe("withUploadTime", () => {
  it("ends work that takes longer, with the error that its caller gets", async () => {
    const reasons: unknown[] = [];
    const work = withUploadTime(60, undefined, async ({ signal }) => {
      await new Promise((resolve) => {
        signal.addEventListener("abort", resolve);
      });
      reasons.push(signal.reason);
    });
    await jest.advanceTimersByTimeAsync(59_999);
    expect(reasons).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    await work;
    expect(reasons).toEqual([expect.any(UploadExpiredError)]);
  });

  it("passes the caller's abort on, and ends no work that is done", async () => {
    const caller = new AbortController();
    const signal = await withUploadTime(60, caller.signal, (end) => Promise.resolve(end.signal));
    await jest.advanceTimersByTimeAsync(60_000);
    expect(signal.aborted).toBe(false);
    caller.abort("why");
    expect(signal.reason).toBe("why");
  });
});
