import { ExactLengthStream } from "./exact-length-stream.js";

/**
 * The body of a request. Each chunk is written when the connection has taken the one before, and
 * only then is the source asked for the next: it may fill the same memory again. Nothing is copied
 * or queued in between.
 */
export class RequestBody extends ExactLengthStream {
  #sent = false;

  /** Whether the connection has taken the last byte: the memory of the body is free. */
  get sent(): boolean {
    return this.#sent;
  }

  override pipe<Destination extends NodeJS.WritableStream>(destination: Destination): Destination {
    this.#sendTo(destination).catch((error: unknown) => {
      this.fail(error);
    });
    return destination;
  }

  async #sendTo(destination: NodeJS.WritableStream): Promise<void> {
    while (!this.released) {
      const chunk = await this.nextChunk();
      if (chunk !== undefined && !(await this.#isWritten(destination, chunk))) return;
    }
    this.#sent = true;
    if (!this.destroyed) destination.end();
  }

  /** False when there is no one to write to any more: the connection tells of its failures itself. */
  #isWritten(destination: NodeJS.WritableStream, chunk: Uint8Array): Promise<boolean> {
    if (this.destroyed) return Promise.resolve(false);
    return new Promise((resolve) => {
      destination.write(chunk, (error) => {
        resolve(!error);
      });
    });
  }
}
