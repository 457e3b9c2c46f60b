import { DirectUploadError } from "./direct-upload-error.js";
import { type Answer, sendRequest, type UploadRequest } from "./send-request.js";

/** A part of the file, which is sent by a request of its own. */
export interface UploadPart extends UploadRequest {
  /** Where it begins in the file, in bytes. */
  readonly offset: number;
  /** Bytes of the part. */
  readonly byteSize: number;
}

/**
 * What the application got from `createDirectUpload`, or as `requests` from
 * `directUpload(id, { withRequests: true })`: as it was, or after JSON.
 */
export interface DirectUploadRequests {
  /** Bytes of the whole file. */
  readonly byteSize: number;
  readonly put: UploadRequest | null;
  readonly parts: readonly UploadPart[] | null;
}

export interface UploadProgress {
  /** Bytes that were sent. It goes back when a request has to be sent again. */
  readonly sentBytes: number;
  /** Bytes of the file. */
  readonly byteSize: number;
}

export interface UploadDirectlyOptions {
  /** Ends the upload with `upload_aborted`. */
  signal?: AbortSignal | undefined;
  /**
   * Called at first and as bytes are sent: every moment in browsers, and with each part where there is
   * no XMLHttpRequest. An exception that it throws ends the upload.
   */
  onProgress?: ((progress: UploadProgress) => void) | undefined;
  /** How often to repeat a request that got no answer, 408, 429 or 5xx. Default: 5, within 8 to 16 seconds. */
  retries?: number | undefined;
  /** How many parts to send at a time. Default: 3. */
  concurrency?: number | undefined;
  /**
   * Asks the application for `requests` of `directUpload(id, { withRequests: true })`. Called when S3
   * refuses a request, which it does once that has expired, as long as less is left each time.
   * What it rejects with, the upload does.
   */
  refresh?: (() => Promise<DirectUploadRequests | null>) | undefined;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Sends a file to S3, whole or in parts. Once it resolves, the application can complete the direct
 * upload. It settles when no request is under way any more.
 *
 * @param upload null when S3 has the whole file: nothing is sent, and the file is not looked at
 * @throws DirectUploadError, RangeError for options out of range
 */
export async function uploadDirectly(
  file: Blob,
  upload: DirectUploadRequests | null,
  { signal, onProgress, retries = 5, concurrency = 3, refresh }: UploadDirectlyOptions = {},
): Promise<void> {
  requireInteger("retries", retries, 0);
  requireInteger("concurrency", concurrency, 1);
  const progress = new Progress(file.size, onProgress);
  const send = (part: UploadPart, isFailed: () => boolean): Promise<void> =>
    sendPart(file, part, {
      signal,
      retries,
      isFailed,
      onSent: (bytes) => {
        progress.set(part, bytes);
      },
    });
  let left = partsOf(file, upload);
  for (let round = 1; ; round += 1) {
    progress.begin(left);
    const failure = await forEach(left, concurrency, send);
    if (failure === undefined) return;
    const isRefused =
      failure.error instanceof DirectUploadError && failure.error.code === "upload_refused";
    if (refresh === undefined || !isRefused) throw failure.error;
    const rest = partsOf(file, await refreshed(refresh, signal));
    if (round > 1 && rest.length >= left.length) throw failure.error;
    left = rest;
  }
}

/** Does not wait for the application's answer once the upload is aborted. */
async function refreshed(
  refresh: () => Promise<DirectUploadRequests | null>,
  signal: AbortSignal | undefined,
): Promise<DirectUploadRequests | null> {
  requireGoing(signal);
  let onAbort = (): void => undefined;
  const aborted = new Promise<null>((resolve) => {
    onAbort = () => {
      resolve(null);
    };
  });
  signal?.addEventListener("abort", onAbort);
  try {
    return await Promise.race([refresh(), aborted]);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    requireGoing(signal);
  }
}

interface SendOptions {
  signal: AbortSignal | undefined;
  retries: number;
  /** Whether another part has failed: this one is not tried again. */
  isFailed: () => boolean;
  onSent: (bytes: number) => void;
}

async function sendPart(
  file: Blob,
  part: UploadPart,
  { signal, retries, isFailed, onSent }: SendOptions,
): Promise<void> {
  const body = file.slice(part.offset, part.offset + part.byteSize);
  for (let attempt = 0; ; attempt += 1) {
    requireGoing(signal);
    const answer = await sendRequest({ request: part, body, signal, onSent });
    const isSent = isSuccess(answer);
    onSent(isSent ? part.byteSize : 0);
    if (isSent) return;
    requireGoing(signal);
    const isLast = !isTransient(answer) || attempt >= retries;
    if (!isLast && !isFailed()) await pause(attempt, signal);
    if (isLast || isFailed()) throw errorOf(answer);
  }
}

/** Runs `work` for each item until one fails, and waits for what is under way then. */
async function forEach<Item>(
  items: readonly Item[],
  concurrency: number,
  work: (item: Item, isFailed: () => boolean) => Promise<void>,
): Promise<{ error: unknown } | undefined> {
  const queue = items.values();
  let failure: { error: unknown } | undefined;
  const isFailed = (): boolean => failure !== undefined;
  const worker = async (): Promise<void> => {
    for (const item of queue) {
      if (isFailed()) return;
      try {
        await work(item, isFailed);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(items.slice(0, concurrency).map(worker));
  return failure;
}

/** How much of a file was sent, told to the application. */
class Progress {
  readonly #sent = new Map<UploadPart, number>();
  #sentBefore = 0;

  constructor(
    private readonly byteSize: number,
    private readonly onProgress: UploadDirectlyOptions["onProgress"],
  ) {}

  begin(left: readonly UploadPart[]): void {
    this.#sentBefore = this.byteSize - sum(left.map(({ byteSize }) => byteSize));
    this.#sent.clear();
    this.#tell();
  }

  set(part: UploadPart, bytes: number): void {
    this.#sent.set(part, bytes);
    this.#tell();
  }

  #tell(): void {
    const sentBytes = this.#sentBefore + sum([...this.#sent.values()]);
    this.onProgress?.({ sentBytes, byteSize: this.byteSize });
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function partsOf(file: Blob, upload: DirectUploadRequests | null): readonly UploadPart[] {
  if (upload === null) return [];
  const { byteSize, put, parts } = upload;
  if (byteSize !== file.size) {
    const message = `The file has ${file.size} bytes, and ${byteSize} were announced.`;
    throw new DirectUploadError("wrong_file", message);
  }
  if (parts !== null) return parts;
  if (put === null) throw new TypeError("The direct upload has neither put nor parts.");
  return [{ ...put, offset: 0, byteSize }];
}

function isSuccess({ status = 0 }: Answer): boolean {
  return status >= 200 && status < 300;
}

/** Whether the same request may succeed later. */
function isTransient(answer: Answer): boolean {
  const { status } = answer;
  if (status === undefined || status >= 500 || status === 408 || status === 429) return true;
  return s3CodeOf(answer) === "RequestTimeout";
}

function errorOf(answer: Answer): DirectUploadError {
  if (answer.status === undefined) {
    const { cause } = answer;
    return new DirectUploadError("upload_interrupted", "S3 could not be reached.", { cause });
  }
  const { status } = answer;
  const s3Code = s3CodeOf(answer);
  const facts = { status, ...(s3Code !== undefined && { s3Code }) };
  const message = `S3 answered ${s3Code === undefined ? status : `${status} ${s3Code}`}.`;
  const code = isTransient(answer) ? "upload_interrupted" : "upload_refused";
  return new DirectUploadError(code, message, facts);
}

function s3CodeOf(answer: Answer): string | undefined {
  return answer.status === undefined ? undefined : /<Code>(\w+)<\/Code>/.exec(answer.text)?.[1];
}

function requireGoing(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  const cause: unknown = signal.reason;
  throw new DirectUploadError("upload_aborted", "The upload was aborted.", { cause });
}

/** Waits longer after each attempt, and not as long as other clients; ends when it is aborted. */
function pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
  const longest = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, longest * (0.5 + Math.random() / 2));
    signal?.addEventListener("abort", end);
  });
}

function requireInteger(name: string, value: number, min: number): void {
  if (Number.isSafeInteger(value) && value >= min) return;
  throw new RangeError(`${name} must be an integer of ${min} or more, and ${value} came.`);
}
