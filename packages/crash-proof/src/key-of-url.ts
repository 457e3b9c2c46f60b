/** The key of the object that a signed URL shows, whose path begins with the bucket. */
export function keyOfUrl(url: string): string {
  return decodeURIComponent(new URL(url).pathname.split("/").slice(2).join("/"));
}
