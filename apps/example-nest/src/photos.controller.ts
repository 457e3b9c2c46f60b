import { rm } from "node:fs/promises";

import {
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  Res,
  StreamableFile,
  UploadedFile,
  UseGuards,
  UseInterceptors,
} from "@nestjs/common";
import { FileInterceptor } from "@nestjs/platform-express";
import { fromPath, InvalidInputError } from "@repo/object-store";
import type { Response } from "express";
import type {} from "multer";

import { AuthenticationGuard, type UserRequest } from "./authentication.guard.js";

/** The photos of the user who asks. */
@Controller("photos")
@UseGuards(AuthenticationGuard)
export class PhotosController {
  @Post()
  @UseInterceptors(FileInterceptor("file"))
  async upload(
    @Req() { scope }: UserRequest,
    @UploadedFile() file: Express.Multer.File | undefined,
    @Res({ passthrough: true }) response: Response,
  ) {
    if (file === undefined) throw new InvalidInputError("The form has no file.");
    try {
      const input = { body: fromPath(file.path), filename: file.originalname };
      const { file: photo, url } = await scope.images.upload(input, { variants: ["thumb"] });
      response.location(`/photos/${photo.id}`);
      return { photo, url };
    } finally {
      await rm(file.path, { force: true });
    }
  }

  @Get()
  async list(
    @Req() { scope }: UserRequest,
    @Query("cursor") cursor: string | undefined,
    @Query("limit") limit: string | undefined,
  ) {
    const { items, nextCursor } = await scope.images.list({
      cursor: cursor ?? null,
      limit: Number(limit ?? 50),
      withUrls: { variant: "thumb", fallback: "original" },
    });
    return { photos: items, nextCursor };
  }

  @Get(":id")
  async get(@Req() { scope: { images } }: UserRequest, @Param("id") id: string) {
    const [photo, { url }] = await Promise.all([images.get(id), images.url(id)]);
    return { photo, url };
  }

  @Get(":id/content")
  async content(
    @Req() { scope }: UserRequest,
    @Param("id") id: string,
    @Res({ passthrough: true }) response: Response,
  ) {
    const { stream, contentType: type, byteLength: length } = await scope.images.download(id);
    response.setHeader("X-Content-Type-Options", "nosniff");
    return new StreamableFile(stream, { type, length });
  }

  @Delete(":id")
  @HttpCode(204)
  async delete(@Req() { scope }: UserRequest, @Param("id") id: string) {
    await scope.images.delete(id);
  }
}
