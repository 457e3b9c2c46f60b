/** For packages that run other servers beside PostgreSQL in the same way. */
export { type AccountShell, prepareHome } from "./account.js";
export { freePort } from "./free-port.js";
export { ServerProcess, type ServerProcessOptions } from "./server-process.js";
