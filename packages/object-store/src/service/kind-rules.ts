import type { MediaFacts, MediaKind } from "@repo/media-inspection";

import type { CreateOf, ReadOf } from "../dto/dtos-of-kind.js";
import { AudioCreate, ImageCreate } from "../dto/media-create.js";
import { toAudioRead, toImageRead } from "../dto/media-read.js";
import type { MediaModels } from "../models/media-models.js";

/** What differs between the kinds of files, for the use cases that serve all of them. */
interface KindRules<K extends MediaKind> {
  /** What messages call the accepted content. */
  readonly accepted: string;
  readonly createDto: new () => CreateOf<K>;
  /** The attributes of the file's model that come from its content and from the caller. */
  attributes(facts: MediaFacts & { kind: K }, create: CreateOf<K>): object;
  read(row: MediaModels[K]): ReadOf<K>;
}

export const KIND_RULES: { readonly [K in MediaKind]: KindRules<K> } = {
  image: {
    accepted: "an image (JPEG, PNG, WebP or GIF)",
    createDto: ImageCreate,
    attributes: ({ width, height, orientation, pages, hasAlpha, complete }) => {
      return { width, height, orientation, pageCount: pages, hasAlpha, complete };
    },
    read: toImageRead,
  },
  audio: {
    accepted: "an audio file (MP3, WAV, FLAC or M4A)",
    createDto: AudioCreate,
    attributes: (facts, { transcript = null }) => ({
      durationSeconds: facts.durationSeconds,
      durationSource: facts.durationSource,
      bitrate: Math.max(1, Math.round(facts.bitrate)),
      sampleRate: facts.sampleRate,
      channels: facts.channels,
      codec: facts.codec,
      lossless: facts.lossless,
      tags: facts.tags,
      transcript,
    }),
    read: toAudioRead,
  },
};

/** Whether facts are those of a kind of file. */
export function isOfKind<K extends MediaKind>(
  kind: K,
  facts: MediaFacts,
): facts is MediaFacts & { kind: K } {
  return facts.kind === kind;
}
