import { type OperationName } from "../operations/operation.js";

/** What goes wrong. */
export type Fault =
  /** The operation waits before it starts. */
  | { readonly type: "delay"; readonly ms: number }
  /** The operation is not performed; the answer is this error. */
  | { readonly type: "error"; readonly status: number; readonly code: string }
  /** The connection is reset before anything of the body is read. */
  | { readonly type: "resetRequest" }
  /** The connection is reset once this many bytes of the body, as sent, have arrived. */
  | { readonly type: "resetAfterBytes"; readonly bytes: number }
  /** The operation is performed; the connection ends after this many bytes of the response's body. */
  | { readonly type: "truncateResponse"; readonly bytes: number }
  /** The operation is performed; the connection is reset instead of answering. */
  | { readonly type: "loseResponse" }
  /**
   * The request is taken whole and its connection is reset; the operation is performed once `until`
   * resolves, and `onLanded` is called after it. Closing the server waits for it.
   */
  | {
      readonly type: "landLate";
      readonly until: Promise<void>;
      readonly onLanded?: (() => void) | undefined;
    }
  /** DeleteObjects reports these keys as InternalError and leaves them; other operations: none. */
  | { readonly type: "deleteErrors"; readonly keys: readonly string[] };

/** The request that a fault may strike; it has been authenticated. */
export interface FaultRequest {
  readonly method: string;
  readonly operation: OperationName;
  /** Empty for ListBuckets. */
  readonly bucket: string;
  /** Empty unless the operation is on one object. */
  readonly key: string;
}

export interface FaultRule {
  /** Which requests are struck; all by default. */
  readonly match?: (request: FaultRequest) => boolean;
  /** How many requests are struck; by default all until the rule is removed. */
  readonly times?: number;
  readonly fault: Fault;
}

/** A rule in force. */
export interface ActiveFault {
  /** Requests struck so far. */
  readonly hits: number;
  remove(): void;
}

/** Makes requests fail on purpose. A request is struck by the first rule added that matches it. */
export interface FaultInjector {
  add(rule: FaultRule): ActiveFault;
  /** Removes all rules. */
  clear(): void;
}
