import { type DynamicModule, Inject, Module, type OnApplicationShutdown } from "@nestjs/common";
import type { ObjectStoreProvider } from "@repo/object-store";

/** Injects the `ObjectStoreProvider`: an interface has no token of its own. */
export const OBJECT_STORE = Symbol("ObjectStoreProvider");

/** Provides a store to the application, and closes it once the server takes no more requests. */
@Module({})
export class ObjectStoreModule implements OnApplicationShutdown {
  static forRoot(store: ObjectStoreProvider): DynamicModule {
    return {
      module: ObjectStoreModule,
      global: true,
      providers: [{ provide: OBJECT_STORE, useValue: store }],
      exports: [OBJECT_STORE],
    };
  }

  constructor(@Inject(OBJECT_STORE) private readonly store: ObjectStoreProvider) {}

  onApplicationShutdown(): Promise<void> {
    return this.store.close();
  }
}
