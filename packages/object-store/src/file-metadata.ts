/** What an application keeps with a file: flat, and 4,096 bytes at most as JSON in UTF-8. */
export type FileMetadata = Readonly<Record<string, string | number | boolean | null>>;
