import type { ListedObject, S3Provider } from "@repo/s3-provider";

const DAY = 86_400_000;

/** The same bucket, whose objects look as many days older. */
export function agedStorage(s3: S3Provider, days: number): S3Provider {
  const aged = <Facts extends { lastModified: Date }>(facts: Facts): Facts => ({
    ...facts,
    lastModified: new Date(facts.lastModified.getTime() - days * DAY),
  });
  async function* list(...call: Parameters<S3Provider["list"]>): AsyncGenerator<ListedObject> {
    for await (const object of s3.list(...call)) yield aged(object);
  }
  return new Proxy(s3, {
    get(target, name) {
      if (name === "list") return list;
      if (name === "head") {
        return async (...call: Parameters<S3Provider["head"]>) => aged(await target.head(...call));
      }
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}
