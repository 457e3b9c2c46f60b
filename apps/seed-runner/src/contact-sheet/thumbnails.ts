import {
  type ImageRead,
  ObjectStoreError,
  type ObjectStoreOptions,
  type ObjectStoreProvider,
  type VariantRead,
} from "@repo/object-store";

/** The picture of a card: 13 rem high, on screens with two pixels to a point. */
export const VARIANTS = {
  thumb: {
    ...{ width: 720, height: 416, fit: "inside", withoutEnlargement: true },
    ...{ format: "webp", animated: true },
  },
} as const satisfies ObjectStoreOptions["variants"];

/** Gives the thumbnail of an image, or undefined where none could be made. */
export type FindThumbnail = (
  file: ImageRead,
  signal: AbortSignal,
) => Promise<VariantRead | undefined>;

/** Makes thumbnails that are missing. */
export function thumbnailsIn(store: ObjectStoreProvider): FindThumbnail {
  return async ({ id, userId }, signal) => {
    const { images } = userId === null ? store.forSystem() : store.forUser(userId);
    try {
      return await images.variant(id, "thumb", { signal });
    } catch (error) {
      if (signal.aborted || !(error instanceof ObjectStoreError)) throw error;
      return undefined;
    }
  };
}
