export { SDK_DIALECTS, HTTP_DIALECT, type Check, type CheckGroup } from "./check.js";
export type { Dialect } from "./dialect.js";
export { type Difference, type KnownServer } from "./difference.js";
export { registerContract, type RegisterOptions, type TestRunner } from "./register.js";
export { ceph } from "./servers/ceph.js";
export { swift } from "./servers/swift.js";
export { type S3Server } from "./server.js";
export { type Target } from "./subject.js";
