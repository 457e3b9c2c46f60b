import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";

import { UploadExpiredError } from "../../src/errors.js";
import { keepLease } from "../../src/upload/lease-keeper.js";

beforeEach(() => {
  jest.useFakeTimers();
});

afterEach(() => {
  jest.useRealTimers();
});

function lease(renew: () => Promise<boolean>) {
  const onLost = jest.fn<(reason: UploadExpiredError) => void>();
  const onFailure = jest.fn<(error: unknown) => void>();
  const stop = keepLease({ seconds: 30, renew, onLost, onFailure });
  return { onLost, onFailure, stop };
}

describe("keepLease", () => {
  it("renews three times a lease, for as long as the upload runs", async () => {
    const renew = jest.fn(() => Promise.resolve(true));
    const { onLost, stop } = lease(renew);
    await jest.advanceTimersByTimeAsync(600_000);
    expect(renew).toHaveBeenCalledTimes(60);
    expect(onLost).not.toHaveBeenCalled();

    stop();
    await jest.advanceTimersByTimeAsync(600_000);
    expect(renew).toHaveBeenCalledTimes(60);
    expect(onLost).not.toHaveBeenCalled();
  });

  it("ends the upload when another party took it over", async () => {
    const { onLost } = lease(() => Promise.resolve(false));
    await jest.advanceTimersByTimeAsync(10_000);
    expect(onLost).toHaveBeenCalledWith(expect.any(UploadExpiredError));
    await jest.advanceTimersByTimeAsync(600_000);
    expect(onLost).toHaveBeenCalledTimes(1);
  });

  it("survives failed renewals while the lease holds", async () => {
    let calls = 0;
    const { onLost, onFailure } = lease(() => {
      calls += 1;
      return calls % 2 === 1 ? Promise.reject(new Error("no database")) : Promise.resolve(true);
    });
    await jest.advanceTimersByTimeAsync(100_000);
    expect(onFailure).toHaveBeenCalledTimes(5);
    expect(onLost).not.toHaveBeenCalled();
  });

  it("ends the upload by its own clock when no renewal gets through", async () => {
    const { onLost } = lease(() => Promise.reject(new Error("no database")));
    await jest.advanceTimersByTimeAsync(29_999);
    expect(onLost).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(onLost).toHaveBeenCalledTimes(1);
  });

  it("never has two renewals under way, and ends the upload when one hangs", async () => {
    const renew = jest.fn(() => new Promise<boolean>(() => undefined));
    const { onLost } = lease(renew);
    await jest.advanceTimersByTimeAsync(600_000);
    expect(renew).toHaveBeenCalledTimes(1);
    expect(onLost).toHaveBeenCalledTimes(1);
  });
});
