/**
 * A pooler that lends a session of PostgreSQL for one transaction at a time, such as PgBouncer with
 * `pool_mode = transaction`. Nothing that a session remembers is used then: no named statements, no
 * startup parameters but `application_name`, no SET, no session locks.
 */
export type Pooler = "transaction";
