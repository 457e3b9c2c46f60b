import { download, remove, upload } from "./acts.js";
import { mediaAt } from "./media-at.js";
import type { Props, UseCase } from "./use-case.js";

/** The end of a process at work. */
export const CLOSING_CASES: readonly UseCase[] = [
  {
    name: "close() under load",
    kinds: ["image"],
    files: 3,
    atOnce: true,
    exits: true,
    run: (props) => closeUnderLoad(props, 10),
  },
  {
    name: "close() under load, without patience",
    kinds: ["audio"],
    files: 3,
    atOnce: true,
    exits: true,
    meets: ["store_closed"],
    run: (props) => closeUnderLoad(props, 0),
  },
];

async function closeUnderLoad(props: Props, timeoutSeconds: number): Promise<void> {
  const { small, large } = props.stage;
  const calls = [
    upload(props, mediaAt(small, 0), "buffer"),
    upload(props, mediaAt(large, 0), "stream"),
    upload(props, mediaAt(large, 1), "path"),
    download(props, 0),
    remove(props, 1),
    remove(props, 2),
  ];
  await Promise.race(calls);
  await props.journal.call({ do: "close" }, () => props.store.close({ timeoutSeconds }));
}
