export type { FailoverKind } from "./failover.js";
export { findPgBouncer } from "./find-pgbouncer.js";
export { type PgBouncer, startPgBouncer } from "./pgbouncer.js";
export { type ReplicatedOptions, type ReplicatedPostgres, startReplicated } from "./replicated.js";
