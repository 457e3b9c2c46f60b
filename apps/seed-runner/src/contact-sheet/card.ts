import type { AudioRead, ImageRead } from "@repo/object-store";

import type { KeptEvent } from "../reporting/events.js";
import { formatBytes, formatDuration } from "@repo/command-line/units";
import {
  formatBitrate,
  formatChannels,
  formatDimensions,
  formatName,
  formatSampleRate,
} from "../reporting/format.js";
import { printable } from "@repo/command-line/printable";
import { html, type Html } from "./html.js";
import type { Embedded } from "./media-embedder.js";
import { soundSvg } from "./sound/sound-svg.js";

export interface CardContext {
  embedded: Embedded;
  /** Number of the owner in the page's filter. */
  ownerIndex: number;
  /** Whether the signed URL is worth a link: it works while the services are up. */
  linkUrls: boolean;
}

/** A stored file: its media, its name and what is known about it. */
export function card(event: KeptEvent, { embedded, ownerIndex, linkUrls }: CardContext): Html {
  const { file, path, owner, url } = event;
  const link = linkUrls
    ? html`<a class="original" href="${url}" target="_blank" rel="noreferrer">Open the file</a>`
    : undefined;
  return html`<li class="card" data-kind="${file.kind}" data-owner="${ownerIndex}">
    ${media(file, path, embedded)}
    <h2>${printable(path)}</h2>
    <p class="badges">
      <span class="badge ${event.event}">${event.event}</span
      ><span class="badge">${formatName(file.contentType)}</span
      ><span class="badge">${printable(owner)}</span>
    </p>
    <dl>
      ${facts(file).map(
        ([term, value]) =>
          html`<div>
            <dt>${term}</dt>
            <dd>${value}</dd>
          </div>`,
      )}
    </dl>
    <details>
      <summary>Identity</summary>
      <dl>
        ${identity(file).map(
          ([term, value]) =>
            html`<div>
              <dt>${term}</dt>
              <dd class="code">${value}</dd>
            </div>`,
        )}
      </dl>
    </details>
    ${link}
  </li> `;
}

function media(file: ImageRead | AudioRead, path: string, embedded: Embedded): Html {
  if ("omitted" in embedded) {
    return html`<div class="media omitted"><p>${embedded.omitted}</p></div>`;
  }
  if (file.kind === "image") {
    const surface = file.hasAlpha ? "media checkered" : "media";
    return html`<div class="${surface}">
      <img
        src="${embedded.dataUri}"
        alt="${printable(path)}"
        width="${file.width}"
        height="${file.height}"
      />
    </div>`;
  }
  return html`<div class="media sound">
    ${audioTitle(file)}${embedded.picture && soundSvg(embedded.picture)}<audio
      controls
      preload="metadata"
      src="${embedded.dataUri}"
      aria-label="${printable(path)}"
    ></audio>
  </div>`;
}

function audioTitle({ tags, filename }: AudioRead): Html {
  const by = [tags.artist, tags.album].filter((text) => text !== undefined).join(" · ");
  return html`<p>
    <strong>${printable(tags.title ?? filename ?? "Untitled")}</strong><span>${printable(by)}</span>
  </p>`;
}

type Fact = readonly [term: string, value: string];

function facts(file: ImageRead | AudioRead): Fact[] {
  const size: Fact = ["Size", formatBytes(file.byteSize)];
  if (file.kind === "image") {
    const shown: Fact[] = [["Pixels", formatDimensions(file)], size];
    if (file.pages > 1) shown.push(["Frames", String(file.pages)]);
    if (file.orientation > 1) shown.push(["Orientation", `${file.orientation}, shown upright`]);
    if (file.hasAlpha) shown.push(["Transparency", "yes"]);
    if (!file.complete) shown.push(["Warning", "cut: its end is missing"]);
    return shown;
  }
  return [
    ["Duration", `${formatDuration(file.durationSeconds)} (${file.durationSource})`],
    size,
    ["Bitrate", formatBitrate(file.bitrate)],
    ["Sampling", `${formatSampleRate(file.sampleRate)}, ${formatChannels(file.channels)}`],
    ["Codec", `${file.codec}, ${file.lossless ? "lossless" : "lossy"}`],
  ];
}

function identity(file: ImageRead | AudioRead): Fact[] {
  return [
    ["Id", file.id],
    ["SHA-256", file.sha256],
    ["Type", file.contentType],
    ["Created", file.createdAt.toISOString()],
  ];
}
