import { literal, Op } from "sequelize";

/** The owner of files: a user's id, or null for the system. */
export type Owner = string | null;

/** The lease is not over, on the database's clock. */
export function leaseHeld(): object {
  return { leaseExpiresAt: { [Op.gt]: literal("clock_timestamp()") } };
}

/** The lease is over, on the database's clock. */
export function leaseOver(): object {
  return { leaseExpiresAt: { [Op.lte]: literal("clock_timestamp()") } };
}

/** The end of a row's lease, or so many seconds from now where that is later. */
export function leaseForAtLeast(seconds: number): ReturnType<typeof literal> {
  return literal(`GREATEST(lease_expires_at, ${fromNow(seconds).val as string})`);
}

/** So many seconds from now, on the database's clock. */
export function fromNow(seconds: number): ReturnType<typeof literal> {
  return literal(`clock_timestamp() + make_interval(secs => ${Math.trunc(seconds)})`);
}
