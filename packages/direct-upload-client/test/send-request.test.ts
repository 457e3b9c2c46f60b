import { afterEach, beforeEach, describe, expect, it, jest } from "@jest/globals";

import { sendRequest } from "../src/send-request.js";

const REQUEST = { url: "https://s3.test/part", headers: {} };

/** An XMLHttpRequest whose server never answers. */
class SilentRequest {
  static latest: SilentRequest | undefined;
  readonly status = 0;
  readonly responseText = "";
  readonly upload: { onprogress?: (event: { loaded: number }) => void } = {};
  onloadend: (() => void) | undefined;
  constructor() {
    SilentRequest.latest = this;
  }
  readonly open = (): void => undefined;
  readonly setRequestHeader = (): void => undefined;
  readonly send = (): void => undefined;
  abort(): void {
    this.onloadend?.();
  }
}

describe("a request of XMLHttpRequest that makes no progress", () => {
  beforeEach(() => {
    jest.useFakeTimers();
    Object.assign(globalThis, { XMLHttpRequest: SilentRequest });
  });

  afterEach(() => {
    jest.useRealTimers();
    Reflect.deleteProperty(globalThis, "XMLHttpRequest");
  });

  it.each([
    { loaded: 0, seconds: 60 },
    { loaded: 9, seconds: 60 },
    { loaded: 10, seconds: 300 },
  ])("is aborted after $seconds s, with $loaded of 10 bytes sent", async ({ loaded, seconds }) => {
    const onSettled = jest.fn();
    const body = new Blob(["0123456789"]);
    const sent = sendRequest({
      request: REQUEST,
      body,
      signal: undefined,
      onSent: () => undefined,
    });
    void sent.then(onSettled);
    await jest.advanceTimersByTimeAsync(30_000);
    SilentRequest.latest?.upload.onprogress?.({ loaded });
    await jest.advanceTimersByTimeAsync(seconds * 1000 - 1);
    expect(onSettled).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    const message = `The request made no progress for ${seconds} s.`;
    expect(onSettled).toHaveBeenCalledWith({
      status: undefined,
      cause: expect.objectContaining({ message }),
    });
    expect(jest.getTimerCount()).toBe(0);
  });
});
