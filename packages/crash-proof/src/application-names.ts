/** Names by which PostgreSQL knows the processes that play use cases. */
export const CHILD = "crash-proof child";
/** One behind a pooler, which keeps its sessions under this name. */
export const POOLED_CHILD = "crash-proof pooled child";
