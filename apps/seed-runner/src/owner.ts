/** The owner of files, with the name to show. */
export interface Owner {
  /** A user's id, or null for system-wide files. */
  id: string | null;
  name: string;
}

export const SYSTEM: Owner = { id: null, name: "system" };
