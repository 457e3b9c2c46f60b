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

/** Milliseconds without a byte sent or an answer, after which a request of XMLHttpRequest is given up. */
const STALL_MS = 60_000;

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

/** Sends a PUT: with XMLHttpRequest where there is one, as `fetch` does not tell its progress. */
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
    let stall: ReturnType<typeof setTimeout> | undefined;
    const waitForMore = (): void => {
      clearTimeout(stall);
      stall = setTimeout(abort, STALL_MS);
    };
    xhr.open("PUT", request.url);
    for (const [name, value] of Object.entries(request.headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = ({ loaded }) => {
      waitForMore();
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
      const cause = new TypeError("The request failed: the network or the bucket's CORS rules.");
      resolve(status === 0 ? { status: undefined, cause } : { status, text });
    };
    signal?.addEventListener("abort", abort);
    waitForMore();
    xhr.send(body);
  });
}
