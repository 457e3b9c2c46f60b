import { between, seededRandom } from "../random.js";
import { px, repeat, type Scene, verticalGradient } from "./scene.js";
import { uprightMarker } from "./upright-marker.js";

/** A sailing boat in front of a low sun, mirrored in the water. */
export function sailboat(): Scene {
  const random = seededRandom(17);
  const glitter = repeat(70, (index) => {
    const y = 412 + index * 2.9;
    const spread = 30 + index * 2.6;
    const x = 460 + between(random, -spread, spread);
    return `<path d="M${px(x)} ${px(y)}h${px(between(random, 12, 60))}"/>`;
  });
  const boat =
    `<path d="M300 372H468Q452 412 420 414H340Q312 408 300 372Z" fill="#5b2333"/>` +
    `<path d="M384 96V372" stroke="#3b1f2b" stroke-width="6"/>` +
    `<path d="M392 104Q486 250 470 358H392Z" fill="#fff8f0"/>` +
    `<path d="M376 130Q306 250 300 354H376Z" fill="#f7567c"/>`;
  return {
    width: 720,
    height: 620,
    markup:
      `<defs>${verticalGradient("sky", [
        { at: 0, color: "#355c7d" },
        { at: 0.45, color: "#c06c84" },
        { at: 1, color: "#ffcf86" },
      ])}${verticalGradient("water", [
        { at: 0, color: "#f8b07c" },
        { at: 0.35, color: "#a05a7c" },
        { at: 1, color: "#26364f" },
      ])}</defs><rect width="720" height="412" fill="url(#sky)"/>` +
      `<circle cx="490" cy="330" r="74" fill="#fff3c4"/>` +
      `<rect y="408" width="720" height="212" fill="url(#water)"/>` +
      `<g transform="translate(0 816) scale(1 -1)" opacity="0.28">${boat}</g>` +
      `<g stroke="#fff3c4" stroke-opacity="0.65" stroke-width="3" stroke-linecap="round">${glitter}</g>` +
      boat +
      uprightMarker(64, 64, 38),
  };
}
