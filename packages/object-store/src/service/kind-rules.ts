import {
  MEDIA_FORMATS,
  type MediaFacts,
  type MediaFormat,
  type MediaKind,
} from "@repo/media-inspection";

import type { CreateOf, DetailsOf, ReadOf, RulesOf } from "../dto/dtos-of-kind.js";
import { AudioDetails, ImageDetails } from "../dto/file-details.js";
import { AudioRules, ImageRules } from "../dto/file-rules.js";
import { AudioCreate, ImageCreate } from "../dto/media-create.js";
import { toAudioRead, toImageRead } from "../dto/media-read.js";
import { UnsupportedMediaTypeError } from "../errors.js";
import type { MediaModels } from "../models/media-models.js";

/** What differs between the kinds of files, for the use cases that serve all of them. */
interface KindRules<K extends MediaKind> {
  /** What messages call the accepted content. */
  readonly accepted: string;
  readonly createDto: new () => CreateOf<K>;
  readonly detailsDto: new () => DetailsOf<K>;
  readonly rulesDto: new () => RulesOf<K>;
  read(row: MediaModels[K]): ReadOf<K>;
}

export const KIND_RULES: { readonly [K in MediaKind]: KindRules<K> } = {
  image: {
    accepted: "an image (JPEG, PNG, WebP or GIF)",
    createDto: ImageCreate,
    detailsDto: ImageDetails,
    rulesDto: ImageRules,
    read: toImageRead,
  },
  audio: {
    accepted: "an audio file (MP3, WAV, FLAC or M4A)",
    createDto: AudioCreate,
    detailsDto: AudioDetails,
    rulesDto: AudioRules,
    read: toAudioRead,
  },
};

/** The attributes of a file's model that come from its content. */
export function attributesOf(facts: MediaFacts): object {
  const { contentType } = facts;
  if (facts.kind === "image") {
    const { width, height, orientation, pages, hasAlpha, complete } = facts;
    return { contentType, width, height, orientation, pageCount: pages, hasAlpha, complete };
  }
  const { durationSeconds, durationSource, sampleRate, channels, codec, lossless, tags } = facts;
  const bitrate = Math.max(1, Math.round(facts.bitrate));
  return {
    ...{ contentType, durationSeconds, durationSource, bitrate, sampleRate, channels, codec },
    ...{ lossless, tags },
  };
}

/** Whether facts are those of a kind of file. */
export function isOfKind<K extends MediaKind>(
  kind: K,
  facts: MediaFacts,
): facts is MediaFacts & { kind: K } {
  return facts.kind === kind;
}

/** @throws UnsupportedMediaTypeError (`unsupported_media_type`) unless the format is of the kind */
export function requireKind(kind: MediaKind, format: MediaFormat): void {
  const { kind: actual, contentType } = MEDIA_FORMATS[format];
  if (actual === kind) return;
  const { accepted } = KIND_RULES[kind];
  throw new UnsupportedMediaTypeError(`The content must be ${accepted}; it is ${contentType}.`);
}
