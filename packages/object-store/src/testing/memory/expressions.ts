import { Op } from "sequelize";

/** A row by attribute. */
export type Values = Readonly<Record<string, unknown>>;

/**
 * The expressions that `repo/conditions.ts` makes: now, or so many seconds from now, or a lease's end
 * where that is later.
 */
const CLOCK =
  /^(GREATEST\(lease_expires_at, )?clock_timestamp\(\)(?: \+ make_interval\(secs => (\d+)\))?\)?$/;

const OPERATORS = new Map<symbol, (value: number, bound: number) => boolean>([
  [Op.gt, (value, bound) => value > bound],
  [Op.lte, (value, bound) => value <= bound],
]);

/** The value that PostgreSQL would store in a row, on the clock of this process. */
export function evaluated(value: unknown, row: Values): unknown {
  if (!isExpression(value)) return value;
  const match = CLOCK.exec(value.val);
  if (match === null) throw new TypeError(`memory cannot evaluate ${value.val}`);
  const [, greatest, seconds = "0"] = match;
  const time = Date.now() + Number(seconds) * 1000;
  const { leaseExpiresAt } = row;
  const isLeaseLonger =
    greatest !== undefined && leaseExpiresAt instanceof Date && +leaseExpiresAt > time;
  return isLeaseLonger ? leaseExpiresAt : new Date(time);
}

/** Whether a row meets the conditions: equality, one of a list, or a comparison of times. */
export function meets(row: Values, conditions: object): boolean {
  return Object.entries(conditions).every(([name, condition]: [string, unknown]) => {
    const value = row[name];
    if (Array.isArray(condition)) return condition.includes(value);
    if (!isComparison(condition)) return value === condition;
    return Object.getOwnPropertySymbols(condition).every((symbol) => {
      const compare = OPERATORS.get(symbol);
      if (compare === undefined) throw new TypeError(`memory knows no ${symbol.toString()}`);
      const bound = evaluated(condition[symbol], row);
      return value instanceof Date && bound instanceof Date && compare(+value, +bound);
    });
  });
}

function isExpression(value: unknown): value is { val: string } {
  return (
    typeof value === "object" && value !== null && "val" in value && typeof value.val === "string"
  );
}

function isComparison(condition: unknown): condition is Record<symbol, unknown> {
  return (
    typeof condition === "object" &&
    condition !== null &&
    Object.getOwnPropertySymbols(condition).length > 0
  );
}
