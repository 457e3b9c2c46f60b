import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/**
 * Says which user sends a request, by its `Authorization` header.
 *
 * @throws UnauthorizedError if nobody known does; another error if the server cannot say
 */
export type Authenticate = (authorization: string | undefined) => Promise<string>;

export class UnauthorizedError extends Error {
  override readonly name = "UnauthorizedError";

  constructor() {
    super("Send the header Authorization: Bearer <token>, with a valid token.");
  }
}

/** Bearer tokens that hold a user's id and its HMAC. They stand for your authentication. */
export class Tokens {
  readonly #secret = randomBytes(32);

  /** @param isUser whether a user with this id still exists */
  constructor(private readonly isUser: (userId: string) => Promise<boolean>) {}

  issue(userId: string): string {
    return `${userId}.${this.#signatureOf(userId).toString("base64url")}`;
  }

  readonly authenticate: Authenticate = async (authorization) => {
    const [, userId = "", signature = ""] =
      /^Bearer ([^.\s]+)\.([^.\s]+)$/.exec(authorization ?? "") ?? [];
    const given = Buffer.from(signature, "base64url");
    const expected = this.#signatureOf(userId);
    if (given.byteLength !== expected.byteLength || !timingSafeEqual(given, expected)) {
      throw new UnauthorizedError();
    }
    if (!(await this.isUser(userId))) throw new UnauthorizedError();
    return userId;
  };

  #signatureOf(userId: string): Buffer {
    return createHmac("sha256", this.#secret).update(userId).digest();
  }
}
