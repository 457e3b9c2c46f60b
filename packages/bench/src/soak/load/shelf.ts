/** A file that is stored now. */
export interface StoredFile {
  readonly id: string;
  readonly kind: "images" | "audio";
  readonly byteSize: number;
  /** Of the source, in hexadecimal. */
  readonly sha256: string;
}

export interface ShelfBounds {
  readonly files: number;
  readonly bytes: number;
}

interface Place {
  readonly file: StoredFile;
  readers: number;
}

/** Which files are stored. What is being read is not taken away, so that no reader misses it. */
export class Shelf {
  readonly #bounds: ShelfBounds;
  readonly #places: Place[] = [];
  #bytes = 0;

  constructor(bounds: ShelfBounds) {
    this.#bounds = bounds;
  }

  get count(): number {
    return this.#places.length;
  }

  /** Uploads under way may take it over its bounds, by as much as they bring. */
  get isFull(): boolean {
    return this.count >= this.#bounds.files || this.#bytes >= this.#bounds.bytes;
  }

  add(file: StoredFile): void {
    this.#places.push({ file, readers: 0 });
    this.#bytes += file.byteSize;
  }

  /**
   * Has neighbours of a random place read, which stay until `read` is done.
   *
   * @returns false when there are none
   */
  async reading(
    count: number,
    read: (files: readonly StoredFile[]) => Promise<void>,
  ): Promise<boolean> {
    const start = this.#randomPlace();
    const places = this.#places.slice(start, start + count);
    if (places.length === 0) return false;
    for (const place of places) place.readers += 1;
    try {
      await read(places.map(({ file }) => file));
    } finally {
      for (const place of places) place.readers -= 1;
    }
    return true;
  }

  /** Takes a random file away; undefined when there is none that nobody reads. */
  take(): StoredFile | undefined {
    const start = this.#randomPlace();
    const isUnread = ({ readers }: Place): boolean => readers === 0;
    const behind = this.#places.slice(start).findIndex(isUnread);
    const at = behind >= 0 ? start + behind : this.#places.findIndex(isUnread);
    const [place] = at >= 0 ? this.#places.splice(at, 1) : [];
    this.#bytes -= place?.file.byteSize ?? 0;
    return place?.file;
  }

  #randomPlace(): number {
    return Math.floor(Math.random() * this.#places.length);
  }
}
