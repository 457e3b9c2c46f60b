export {
  type ActiveFault,
  type Fault,
  type FaultInjector,
  type FaultRequest,
  type FaultRule,
} from "./faults/fault.js";
export { type OperationName } from "./operations/operation.js";
export { type LocalS3Options } from "./options.js";
export { type LocalS3, startLocalS3 } from "./server/start.js";
export { makeFolder } from "./storage/make-folder.js";
