import { Controller, Get, Inject } from "@nestjs/common";
import type { ObjectStoreProvider } from "@repo/object-store";

import { OBJECT_STORE } from "./object-store.module.js";

@Controller("ready")
export class ReadyController {
  constructor(@Inject(OBJECT_STORE) private readonly store: ObjectStoreProvider) {}

  @Get()
  async ready() {
    await this.store.ready();
    return { ready: true };
  }
}
