import { html, type Html } from "../html.js";
import { BARS, type SoundPicture } from "./sound-picture.js";

const HEIGHT = 100;
const PITCH = 4;
/** Silence shows as a line. */
const LEAST = 2;

const CAPTIONS = {
  waveform: undefined,
  "data-rate": "Data rate, as AAC is not decoded here",
} as const;

/** The picture as bars about a middle line, in the color of the text around it. */
export function soundSvg(picture: SoundPicture): Html {
  if (picture.kind === "none") return html`<p class="caption">No waveform. ${picture.reason}</p>`;
  const caption = CAPTIONS[picture.kind];
  return html`<svg
      class="sound-picture ${picture.kind}"
      viewBox="0 0 ${BARS * PITCH} ${HEIGHT}"
      preserveAspectRatio="none"
      role="img"
      aria-label="${caption ?? "Waveform"}"
    >
      <path d="${picture.levels.map(bar).join("")}" /></svg
    >${caption === undefined ? undefined : html`<p class="caption">${caption}</p>`}`;
}

function bar(level: number, at: number): string {
  const height = Math.max(LEAST, Math.round(level * HEIGHT));
  return `M${at * PITCH + PITCH / 2} ${(HEIGHT - height) / 2}v${height}`;
}
