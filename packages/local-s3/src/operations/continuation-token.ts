import { S3Error } from "../errors.js";
import { type KeyPage } from "../storage/list-keys.js";

type Position = NonNullable<KeyPage["next"]>;

/** Opaque to clients: a letter for key or group, then the key. */
export function encodeToken({ after, afterGroup }: Position): string {
  return Buffer.from(`${afterGroup ? "g" : "k"}${after}`).toString("base64url");
}

/** @throws {S3Error} InvalidArgument */
export function decodeToken(token: string): Position {
  const text = Buffer.from(token, "base64url").toString("utf8");
  const kind = text[0];
  if (text.length < 2 || (kind !== "g" && kind !== "k") || encodeToken(position()) !== token) {
    throw new S3Error("InvalidArgument", "The continuation token provided is incorrect", {
      ArgumentName: "continuation-token",
    });
  }
  return position();

  function position(): Position {
    return { after: text.slice(1), afterGroup: kind === "g" };
  }
}
