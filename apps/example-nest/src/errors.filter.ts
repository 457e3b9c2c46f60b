import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
  PayloadTooLargeException,
} from "@nestjs/common";
import { answerTo, MAX_PHOTO_BYTES } from "@repo/example-backend";
import { FileTooLargeError } from "@repo/object-store";
import type { Request, Response } from "express";

/** Answers with the status of the error: Nest's own, or the store's. */
@Catch()
export class ErrorsFilter implements ExceptionFilter {
  readonly #logger = new Logger(ErrorsFilter.name);

  catch(thrown: unknown, host: ArgumentsHost): void {
    const error =
      thrown instanceof PayloadTooLargeException ? new FileTooLargeError(MAX_PHOTO_BYTES) : thrown;
    const http = host.switchToHttp();
    const response = http.getResponse<Response>();
    // The client has gone, or half a file was sent: an answer would not be one.
    if (response.headersSent) {
      response.destroy();
      return;
    }
    // Many clients read no answer before they have sent everything.
    http.getRequest<Request>().resume();
    if (error instanceof HttpException) {
      response.status(error.getStatus()).json(error.getResponse());
      return;
    }
    const { status, body } = answerTo(error);
    if (status >= 500) this.#logger.error(error);
    if (status === 401) response.setHeader("WWW-Authenticate", "Bearer");
    response.status(status).json(body);
  }
}
