import type { Server } from "node:http";

import {
  type BeforeApplicationShutdown,
  type DynamicModule,
  Inject,
  Module,
  type OnApplicationShutdown,
} from "@nestjs/common";
import { APP_FILTER, HttpAdapterHost } from "@nestjs/core";
import { MulterModule } from "@nestjs/platform-express";
import { type Authenticate, MAX_PHOTO_BYTES } from "@repo/example-backend";
import type { ObjectStoreProvider } from "@repo/object-store";

import { AUTHENTICATE } from "./authentication.guard.js";
import { ErrorsFilter } from "./errors.filter.js";
import { ObjectStoreModule } from "./object-store.module.js";
import { PhotosController } from "./photos.controller.js";
import { ReadyController } from "./ready.controller.js";

interface Options {
  store: ObjectStoreProvider;
  authenticate: Authenticate;
  /** Where files wait while they are received. */
  folder: string;
}

/** Milliseconds that requests have to end once the application closes. */
const GRACE_MS = 10_000;

/** Serves the photos of users. */
@Module({})
export class PhotoAppModule implements BeforeApplicationShutdown, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;

  static with({ store, authenticate, folder }: Options): DynamicModule {
    const limits = { files: 1, fields: 100, fileSize: MAX_PHOTO_BYTES };
    return {
      module: PhotoAppModule,
      imports: [
        ObjectStoreModule.forRoot(store),
        MulterModule.register({ dest: folder, limits, defParamCharset: "utf8" }),
      ],
      controllers: [PhotosController, ReadyController],
      providers: [
        { provide: AUTHENTICATE, useValue: authenticate },
        { provide: APP_FILTER, useClass: ErrorsFilter },
      ],
    };
  }

  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  /** Nest then closes the server, and waits for the requests under way. */
  beforeApplicationShutdown(): void {
    this.#timer = setTimeout(() => {
      // Uploads of these requests fail, and undo what they began.
      (this.host.httpAdapter.getHttpServer() as Server).closeAllConnections();
    }, GRACE_MS);
  }

  onApplicationShutdown(): void {
    clearTimeout(this.#timer);
  }
}
