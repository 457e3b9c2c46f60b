import { described } from "./described.js";
import { InvalidInputError } from "./errors.js";

/** An owner's id as DTOs give it, by its type in PostgreSQL. A bigint is a string of digits. */
export interface OwnerIds {
  uuid: string;
  integer: number;
  bigint: string;
  text: string;
}

/** An owner's id as calls take it. */
export interface GivenOwnerIds extends Omit<OwnerIds, "bigint"> {
  bigint: bigint | number | string;
}

/** The types that owners' ids may have, by their names in PostgreSQL. */
export type OwnerType = keyof OwnerIds;

export type OwnerId = OwnerIds[OwnerType];

/** The owner of files: a user's id, or null for the system. */
export type Owner = OwnerId | null;

/** The application itself as a reader: it sees the files of every owner. */
export const EVERY_OWNER = Symbol("every owner");

/** Who reads: an owner, or the application itself. */
export type Reader = Owner | typeof EVERY_OWNER;

interface OwnerTypeRules {
  /** Completes "A user id must be …". */
  expected: string;
  /** The types of JavaScript that it takes. */
  accepts: readonly string[];
  /** The id as rows have it, or undefined for what is none. */
  parse: (id: unknown) => OwnerId | undefined;
}

const MAX_INTEGER = 2n ** 31n;
const MAX_BIGINT = 2n ** 63n;
/** In keys, text takes two characters a byte, and MinIO takes no segment of more than 255. */
const MAX_TEXT_BYTES = 127;

const RULES: Readonly<Record<OwnerType, OwnerTypeRules>> = {
  uuid: {
    expected: "a UUID",
    accepts: ["string"],
    parse: (id) => (isUuid(id) ? id.toLowerCase() : undefined),
  },
  integer: {
    expected: "a whole number of 32 bits",
    accepts: ["number"],
    parse: (id) =>
      typeof id === "number" && Number.isInteger(id) && isWithin(BigInt(id), MAX_INTEGER)
        ? id + 0 // -0 is 0 in PostgreSQL.
        : undefined,
  },
  bigint: {
    expected: "a bigint, a safe integer or a string of digits, of 64 bits",
    accepts: ["bigint", "number", "string"],
    parse: (id) => {
      const isDigits = typeof id === "string" && /^-?\d{1,19}$/.test(id);
      if (typeof id !== "bigint" && !Number.isSafeInteger(id) && !isDigits) return undefined;
      const value = BigInt(id as bigint | number | string);
      return isWithin(value, MAX_BIGINT) ? value.toString() : undefined;
    },
  },
  text: {
    expected: `a string of 1 to ${MAX_TEXT_BYTES} bytes of well-formed Unicode without NUL`,
    accepts: ["string"],
    parse: (id) => (isText(id) ? id : undefined),
  },
};

export const OWNER_TYPES = Object.keys(RULES) as OwnerType[];

/**
 * The form of an owner's id that rows have: a UUID in lower case, a bigint as its digits.
 *
 * @throws InvalidInputError (`invalid_input`)
 */
export function checkUserId(type: OwnerType, userId: unknown): OwnerId {
  const id = RULES[type].parse(userId);
  if (id !== undefined) return id;
  const isNearly =
    typeof userId === (type === "integer" || type === "bigint" ? "number" : "string");
  const came = isNearly ? `another ${typeof userId}` : described(userId);
  throw new InvalidInputError(
    `A user id must be ${RULES[type].expected}, and ${came} came. The option owner.type is ${type}.`,
  );
}

/**
 * The part of keys that stands for an owner. Text is hexadecimal, so that no id can reach into the keys
 * of another.
 */
export function ownerSegment(type: OwnerType, owner: OwnerId): string {
  return type === "text" ? Buffer.from(String(owner)).toString("hex") : String(owner);
}

export function isUuid(value: unknown): value is string {
  return (
    typeof value === "string" &&
    /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i.test(value)
  );
}

function isWithin(value: bigint, bound: bigint): boolean {
  return value >= -bound && value < bound;
}

function isText(value: unknown): value is string {
  return (
    typeof value === "string" &&
    value !== "" &&
    value.length <= MAX_TEXT_BYTES &&
    Buffer.byteLength(value) <= MAX_TEXT_BYTES &&
    value.isWellFormed() &&
    !value.includes("\0")
  );
}
