/** A signed PUT. */
export interface UploadRequest {
  readonly url: string;
  /** The headers that were signed, without `Content-Length`. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What came of a request: the answer, or the cause why there is none. */
export type Answer = { status: number; text: string } | { status: undefined; cause: unknown };

interface Call {
  request: UploadRequest;
  body: Blob;
  signal: AbortSignal | undefined;
  /** Called with the bytes of the body that were sent, where the platform says so. */
  onSent: (bytes: number) => void;
}

/** Milliseconds without progress after which a request of XMLHttpRequest is aborted while it is sent. */
const STALL_MS = 60_000;
/** The same once the browser has taken the whole body, of which it may still hold a part. */
const ANSWER_MS = 300_000;

/** What is used of XMLHttpRequest, which browsers have and Node has not. */
interface Xhr {
  readonly status: number;
  readonly responseText: string;
  readonly upload: { onprogress: ((event: { loaded: number }) => void) | null };
  onloadend: (() => void) | null;
  open(method: string, url: string): void;
  setRequestHeader(name: string, value: string): void;
  send(body: Blob): void;
  abort(): void;
}

/** Sends a PUT. Uses XMLHttpRequest where the platform has it, because `fetch` reports no progress. */
export function sendRequest(call: Call): Promise<Answer> {
  const { XMLHttpRequest } = globalThis as { XMLHttpRequest?: new () => Xhr };
  return XMLHttpRequest === undefined ? sendByFetch(call) : sendByXhr(new XMLHttpRequest(), call);
}

async function sendByFetch({ request, body, signal }: Call): Promise<Answer> {
  const { url, headers } = request;
  try {
    const response = await fetch(url, {
      method: "PUT",
      headers,
      body,
      ...(signal && { signal }),
    });
    return { status: response.status, text: await response.text() };
  } catch (cause) {
    return { status: undefined, cause };
  }
}

function sendByXhr(xhr: Xhr, { request, body, signal, onSent }: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      xhr.abort();
    };
    let cause = new TypeError("The request failed: the network or the bucket's CORS rules.");
    let stall: ReturnType<typeof setTimeout> | undefined;
    const expectProgress = (sentBytes: number): void => {
      clearTimeout(stall);
      const milliseconds = sentBytes < body.size ? STALL_MS : ANSWER_MS;
      stall = setTimeout(() => {
        cause = new TypeError(`The request made no progress for ${milliseconds / 1000} s.`);
        abort();
      }, milliseconds);
    };
    xhr.open("PUT", request.url);
    for (const [name, value] of Object.entries(request.headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded }) => {
      expectProgress(loaded);
      try {
        onSent(loaded);
      } catch (error) {
        // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- the application's own
        reject(error);
        abort();
      }
    };
    // After an answer, an error and an abort.
    xhr.onloadend = () => {
      clearTimeout(stall);
      signal?.removeEventListener("abort", abort);
      const { status, responseText: text } = xhr;
      resolve(status === 0 ? { status: undefined, cause } : { status, text });
    };
    signal?.addEventListener("abort", abort);
    expectProgress(0);
    xhr.send(body);
  });
}
