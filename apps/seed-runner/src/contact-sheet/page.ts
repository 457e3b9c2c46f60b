import { createHash } from "node:crypto";

import type { RefusedEvent, Summary } from "../reporting/events.js";
import { formatBytes, formatDuration } from "@repo/command-line/units";
import { printable } from "@repo/command-line/printable";
import { html, Html } from "./html.js";
import { styles } from "./styles.js";

/** The head, with a policy that lets the page load nothing and run nothing. */
export function head(owners: readonly string[]): Html {
  const css = styles(owners.length);
  const digest = createHash("sha256").update(css).digest("base64");
  const policy = [
    "default-src 'none'",
    "img-src data:",
    "media-src data:",
    `style-src 'sha256-${digest}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return html`<head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <meta name="referrer" content="no-referrer" />
    <title>Contact sheet</title>
    <link rel="icon" href="data:," />
    ${new Html(`<style>${css}</style>`)}
  </head>`;
}

/** The title and the run in figures. */
export function header(summary: Summary, now: Date): Html {
  const { stored, skipped, rejected, failed, bytes, seconds } = summary;
  return html`<header>
    <h1>Contact sheet</h1>
    <p class="when"><time datetime="${now.toISOString()}">${dateText(now)}</time></p>
    <dl class="figures">
      ${figure("stored", stored)} ${figure("skipped", skipped)} ${figure("rejected", rejected)}
      ${figure("failed", failed)} ${figure("new data", formatBytes(bytes))}
      ${figure("time", formatDuration(seconds))}
    </dl>
  </header>`;
}

function figure(term: string, value: string | number): Html {
  return html`<div>
    <dt>${term}</dt>
    <dd>${value}</dd>
  </div>`;
}

/** Choices of kind and owner; the style sheet makes them work. */
export function filters(owners: readonly string[]): Html {
  return html`<div class="filters">
    <fieldset>
      <legend>Kind</legend>
      ${choice("kind", "all", "All kinds")} ${choice("kind", "image", "Images")}
      ${choice("kind", "audio", "Audio")}
    </fieldset>
    <fieldset>
      <legend>Owner</legend>
      ${choice("owner", "all", "All owners")}
      ${owners.map((owner, at) => choice("owner", String(at), printable(owner)))}
    </fieldset>
  </div>`;
}

function choice(name: string, value: string, label: string): Html {
  const checked = new Html(value === "all" ? "checked" : "");
  return html`<label
    ><input type="radio" name="${name}" id="${name}-${value}" ${checked} /><span
      >${label}</span
    ></label
  >`;
}

/** The files that are not in the store, and why; nothing when there are none. */
export function refusals(title: string, events: readonly RefusedEvent[]): Html {
  if (events.length === 0) return new Html("");
  return html`<section class="refused">
    <h2>${title} <span class="count">${events.length}</span></h2>
    <ul>
      ${events.map(refusal)}
    </ul>
  </section>`;
}

function refusal({ path, code, message }: RefusedEvent): Html {
  return html`<li>
    <h3>${printable(path)}</h3>
    <p><code>${code}</code> ${printable(message)}</p>
  </li>`;
}

function dateText(date: Date): string {
  return new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "short" }).format(date);
}
