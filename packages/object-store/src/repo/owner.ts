/** The owner of files: a user's id, or null for the system. */
export type Owner = string | null;
