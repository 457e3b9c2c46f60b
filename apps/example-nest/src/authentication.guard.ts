import { type CanActivate, type ExecutionContext, Inject, Injectable } from "@nestjs/common";
import type { Authenticate } from "@repo/example-backend";
import type { MediaScope, ObjectStoreProvider } from "@repo/object-store";
import type { Request } from "express";

import { OBJECT_STORE } from "./object-store.module.js";

export const AUTHENTICATE = Symbol("Authenticate");

/** A request with what the user who asks may see. */
export interface UserRequest extends Request {
  scope: MediaScope;
}

/** Lets pass who is signed in. Guards run before interceptors: a stranger fills no disk. */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  constructor(
    @Inject(OBJECT_STORE) private readonly store: ObjectStoreProvider,
    @Inject(AUTHENTICATE) private readonly authenticate: Authenticate,
  ) {}

  async canActivate(context: ExecutionContext): Promise<true> {
    const request = context.switchToHttp().getRequest<UserRequest>();
    request.scope = this.store.forUser(await this.authenticate(request.headers.authorization));
    return true;
  }
}
