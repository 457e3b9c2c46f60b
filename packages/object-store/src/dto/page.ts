import { Expose } from "class-transformer";

/** One page of a list. */
export class Page<Item> {
  @Expose() readonly items!: Item[];
  /** Continues the list, or null on its last page. Opaque: only this same list understands it. */
  @Expose() readonly nextCursor!: string | null;
}
