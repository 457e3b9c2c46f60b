import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";

import { UploadExpiredError } from "../../src/errors.js";
import { withUploadTime } from "../../src/upload/abort.js";

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

describe("withUploadTime", () => {
  it("ends work that takes longer, with the error that its caller gets", async () => {
    const reasons: unknown[] = [];
    const work = withUploadTime(60, [], async ({ signal }) => {
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

  it("passes the caller's abort on while it works, and leaves nothing in the caller's signal", async () => {
    const caller = new AbortController();
    const add = jest.spyOn(caller.signal, "addEventListener");
    const remove = jest.spyOn(caller.signal, "removeEventListener");
    const reason = await withUploadTime(60, [undefined, caller.signal], ({ signal }) => {
      caller.abort("why");
      return Promise.resolve(signal.reason as unknown);
    });
    expect(reason).toBe("why");
    expect(remove.mock.calls).toHaveLength(add.mock.calls.length);
    const aborted = withUploadTime(60, [caller.signal], ({ signal }) =>
      Promise.resolve(signal.aborted),
    );
    expect(await aborted).toBe(true);
    expect(jest.getTimerCount()).toBe(0);
  });
});
