import { S3Error } from "../errors.js";

/** Pulls lines and counted bytes out of a stream of chunks, holding no more than one chunk. */
export class ByteReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #source: AsyncIterator<Buffer>;

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /**
   * A line without its CR LF.
   *
   * @throws {S3Error} IncompleteBody when the stream ends first or the line exceeds `maxBytes`
   */
  async line(maxBytes: number): Promise<string> {
    let line = "";
    for (;;) {
      const end = this.#rest.indexOf(0x0a);
      const piece = end < 0 ? this.#rest : this.#rest.subarray(0, end + 1);
      line += piece.toString("latin1");
      this.#rest = this.#rest.subarray(piece.length);
      if (line.length > maxBytes) throw new S3Error("IncompleteBody");
      if (line.endsWith("\r\n")) return line.slice(0, -2);
      if (this.#rest.length === 0) await this.#more();
    }
  }

  /**
   * The next bytes: at least one, at most `maxBytes`.
   *
   * @throws {S3Error} IncompleteBody when the stream has ended
   */
  async some(maxBytes: number): Promise<Buffer> {
    if (this.#rest.length === 0) await this.#more();
    const piece = this.#rest.subarray(0, maxBytes);
    this.#rest = this.#rest.subarray(piece.length);
    return piece;
  }

  /**
   * Everything before `delimiter`, which is consumed too.
   *
   * @throws {S3Error} IncompleteBody when the stream ends without it
   */
  async *until(delimiter: Buffer): AsyncGenerator<Buffer, void, undefined> {
    for (;;) {
      const found = this.#rest.indexOf(delimiter);
      const end = found < 0 ? this.#rest.length - delimiter.length + 1 : found;
      if (end > 0) yield this.#rest.subarray(0, end);
      const after = Math.max(0, end);
      this.#rest = this.#rest.subarray(found < 0 ? after : after + delimiter.length);
      if (found >= 0) return;
      const start = this.#rest;
      await this.#more();
      this.#rest = Buffer.concat([start, this.#rest]);
    }
  }

  /** Whether nothing is left. */
  async ended(): Promise<boolean> {
    return this.#rest.length === 0 && !(await this.#pull());
  }

  /** Tells the source that nothing more is wanted. */
  async release(): Promise<void> {
    await this.#source.return?.();
  }

  async #more(): Promise<void> {
    if (!(await this.#pull())) throw new S3Error("IncompleteBody");
  }

  async #pull(): Promise<boolean> {
    do {
      const next = await this.#source.next();
      if (next.done === true) return false;
      this.#rest = next.value;
    } while (this.#rest.length === 0);
    return true;
  }
}
