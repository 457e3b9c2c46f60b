import { plainToInstance } from "class-transformer";

import type { AudioModel } from "../../models/audio.model.js";
import type { ImageModel } from "../../models/image.model.js";
import type { MediaFileModel } from "../../models/media-file.model.js";
import { AudioRead } from "./audio-read.js";
import { ImageRead } from "./image-read.js";

export function toImageRead(row: ImageModel): ImageRead {
  const { contentType, width, height, orientation, pageCount, hasAlpha } = row;
  return plainToInstance(
    ImageRead,
    {
      ...shared(row),
      kind: "image",
      contentType,
      width,
      height,
      orientation,
      pages: pageCount,
      hasAlpha,
    },
    { excludeExtraneousValues: true },
  );
}

export function toAudioRead(row: AudioModel): AudioRead {
  const { contentType, durationSeconds, durationSource, bitrate, sampleRate, channels } = row;
  const { codec, lossless, tags, transcript } = row;
  return plainToInstance(
    AudioRead,
    {
      ...shared(row),
      kind: "audio",
      contentType,
      durationSeconds,
      durationSource,
      bitrate,
      sampleRate,
      channels,
      codec,
      lossless,
      tags,
      transcript,
    },
    { excludeExtraneousValues: true },
  );
}

function shared(row: MediaFileModel): object {
  return {
    id: row.id,
    userId: row.userId,
    filename: row.originalFilename,
    byteSize: row.byteSize,
    sha256: row.sha256?.toString("hex"),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}
