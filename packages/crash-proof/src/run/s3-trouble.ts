import type { FaultRequest, FaultRule, LocalS3 } from "@repo/local-s3";

import type { S3Trouble, Trouble } from "../job.js";

type S3Strike = Extract<Trouble, { type: "s3" }>;

/** Milliseconds after which the child gives up on a server that hangs. */
export const CHILD_PATIENCE = 500;
/** Milliseconds that the server hangs. */
export const HANG = 2_500;

/** What was asked of the server, and what it did about it. */
export interface Watch {
  /** The operations of the requests so far. */
  readonly operations: readonly FaultRequest["operation"][];
  /** Whether the trouble has come. */
  readonly struck: boolean;
  /** Keys of objects that requests were to make whose clients gave up: they may still arrive. */
  readonly underWay: ReadonlySet<string>;
}

/**
 * Counts the requests to a bucket without touching them.
 *
 * @param isChilds which requests are the child's; all of them by default
 */
export function watch(
  server: LocalS3,
  bucket: string,
  isChilds: (asked: FaultRequest) => boolean = () => true,
): Watch {
  const operations: FaultRequest["operation"][] = [];
  server.faults.add({
    match: (asked) => {
      if (asked.bucket === bucket && isChilds(asked)) operations.push(asked.operation);
      return false;
    },
    fault: { type: "resetRequest" },
  });
  return { operations, struck: false, underWay: new Set() };
}

/** Makes a request to a bucket fail, counted from 1, and those that follow where the trouble lasts. */
export function strike(
  server: LocalS3,
  bucket: string,
  trouble: S3Strike,
  keys: readonly string[],
  isChilds: (asked: FaultRequest) => boolean = () => true,
): Watch {
  const { request, fault } = trouble;
  const operations: FaultRequest["operation"][] = [];
  const underWay = new Set<string>();
  let struck = false;
  const isStruck = (asked: FaultRequest): boolean => {
    const { operation, key } = asked;
    if (asked.bucket !== bucket || !isChilds(asked)) return false;
    operations.push(operation);
    const number = operations.length;
    const isHit =
      number === request ||
      (number > request &&
        lasts(fault) &&
        (fault !== "hang" || operations[request - 1] === operation));
    struck ||= isHit;
    if (isHit && fault === "hang" && operation === "PutObject") underWay.add(key);
    return isHit;
  };
  server.faults.add({ match: isStruck, fault: faultOf(trouble, keys) });
  return {
    operations,
    underWay,
    get struck() {
      return struck;
    },
  };
}

function lasts(fault: S3Trouble): boolean {
  return ["errors", "hang", "reset", "responses lost", "reset midway"].includes(fault);
}

function faultOf(trouble: S3Strike, keys: readonly string[]): FaultRule["fault"] {
  switch (trouble.fault) {
    case "error once":
    case "errors":
      return { type: "error", status: 500, code: "InternalError" };
    case "hang":
      return { type: "delay", ms: HANG };
    case "reset":
      return { type: "resetRequest" };
    case "reset midway":
      return { type: "resetAfterBytes", bytes: trouble.afterBytes };
    case "response lost once":
    case "responses lost":
      return { type: "loseResponse" };
    case "response cut":
      return { type: "truncateResponse", bytes: 0 };
    case "partial delete errors":
      return { type: "deleteErrors", keys: keys.filter((_, at) => at % 2 === 0) };
  }
}
