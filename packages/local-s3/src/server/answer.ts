import { type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

import { authenticate, withHoistedHeaders } from "../auth/authenticate.js";
import { type Credentials } from "../auth/authentication.js";
import { ConnectionReset } from "../faults/connection-reset.js";
import { heldBackBody } from "../faults/held-back-body.js";
import { type Fault } from "../faults/fault.js";
import { type FaultRules } from "../faults/fault-rules.js";
import { asS3Error, errorResponse } from "../http/error-response.js";
import { parseRequest, type S3Request } from "../http/s3-request.js";
import { type S3Response } from "../http/s3-response.js";
import { type Operation, type OperationName } from "../operations/operation.js";
import { BODY_HEADERS, refuseUnknownHeaders } from "../operations/operation-headers.js";
import { isFormUpload, postObject } from "../operations/post-object.js";
import { resolveOperation } from "../operations/resolve-operation.js";
import { Payload } from "../payload/payload.js";
import { requestBody } from "../payload/request-body.js";
import { type FolderLock } from "../storage/folder-lock.js";
import { type Store } from "../storage/store.js";
import { preflight, withCorsHeaders } from "./cross-origin.js";

export interface Services {
  readonly store: Store;
  readonly lock: FolderLock;
  readonly credentials: Credentials;
  readonly faults: FaultRules;
  /** Receives what the client saw as InternalError. */
  readonly onError: (error: unknown) => void;
}

export interface Exchange {
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
}

/** What to send, and the fault that strikes the sending; no reply means to reset the connection. */
export interface Answer {
  readonly reply: S3Response | undefined;
  readonly fault?: Fault | undefined;
}

/** Performs what a request asks for, or finds out why it must not be. */
export async function answer(exchange: Exchange, services: Services): Promise<Answer> {
  let request: S3Request | undefined;
  let answered: Answer;
  try {
    request = parseRequest(exchange.message);
    answered =
      request.method === "OPTIONS"
        ? { reply: preflight(request, services.store) }
        : await perform(exchange, request, services);
  } catch (error) {
    answered = { reply: refusal(exchange, services, error) };
  }
  const { reply, fault } = answered;
  return { reply: reply && withCorsHeaders(reply, request, services.store), fault };
}

async function perform(exchange: Exchange, signed: S3Request, services: Services): Promise<Answer> {
  const { store, lock, credentials } = services;
  lock.requireFolder();
  if (isFormUpload(signed)) {
    const fault = takeFault(services, signed, "PostObject");
    return underFault(exchange, services, fault, async () => {
      const body = readBody(exchange, fault);
      try {
        return await postObject({ store, request: signed, body, credentials });
      } finally {
        await body.return();
      }
    });
  }
  const authentication = authenticate(signed, credentials);
  const request = withHoistedHeaders(signed);
  const operation = resolveOperation(request);
  const fault = takeFault(services, request, operation.name);
  return underFault(exchange, services, fault, async () => {
    const { headers = [], bodyChecksum = false } = operation;
    refuseUnknownHeaders(request.headers, bodyChecksum ? [...headers, ...BODY_HEADERS] : headers);
    const body = readBody(exchange, fault);
    const payload = new Payload(body, request.headers, authentication, bodyChecksum);
    return run(operation, request, payload, services, fault);
  });
}

async function run(
  operation: Operation,
  request: S3Request,
  payload: Payload,
  { store, credentials }: Services,
  fault: Fault | undefined,
): Promise<S3Response> {
  if (operation.readsBody !== true) await payload.discard();
  return operation.run({
    store,
    request,
    payload,
    region: credentials.region,
    failingKeys: new Set(fault?.type === "deleteErrors" ? fault.keys : []),
  });
}

function takeFault(
  { faults }: Services,
  { method, bucket, key }: S3Request,
  operation: OperationName,
): Fault | undefined {
  return faults.take({ method, operation, bucket, key });
}

/** Performs an operation as far as a fault lets it. */
async function underFault(
  exchange: Exchange,
  services: Services,
  fault: Fault | undefined,
  operate: () => Promise<S3Response>,
): Promise<Answer> {
  if (fault?.type === "resetRequest") return { reply: undefined };
  if (fault?.type === "error") {
    const facts = { status: fault.status, code: fault.code, message: "Injected fault" };
    return { reply: errorResponse(facts, exchange.message.url ?? "", exchange.requestId) };
  }
  try {
    if (fault?.type === "delay") await delay(exchange, fault.ms);
    return { reply: await operate(), fault };
  } catch (error) {
    return { reply: refusal(exchange, services, error), fault };
  } finally {
    if (fault?.type === "landLate") fault.onLanded?.();
  }
}

/** Nothing, when the client has gone away: that is why the operation failed, and nobody listens. */
function refusal(
  { message, requestId }: Exchange,
  { onError }: Services,
  cause: unknown,
): S3Response | undefined {
  if (message.socket.destroyed || cause instanceof ConnectionReset) return undefined;
  const error = asS3Error(cause);
  if (error.code === "InternalError") onError(cause);
  return errorResponse(error, message.url ?? "", requestId);
}

function readBody({ message, response }: Exchange, fault: Fault | undefined) {
  const body = requestBody(message, response, (total) => {
    if (fault?.type === "resetAfterBytes" && total >= fault.bytes) {
      throw new ConnectionReset();
    }
  });
  return fault?.type === "landLate" ? heldBackBody(message, body, fault.until) : body;
}

/** Ends early, by an error, when the client goes away. */
async function delay({ response }: Exchange, ms: number): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => {
    gone.abort();
  });
  await sleep(ms, undefined, { signal: gone.signal });
}
