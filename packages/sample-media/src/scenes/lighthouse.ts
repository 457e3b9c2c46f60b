import { between, seededRandom } from "../random.js";
import { px, radialGradient, repeat, type Scene, verticalGradient } from "./scene.js";
import { uprightMarker } from "./upright-marker.js";

/** A striped lighthouse on a rock at night, its beam over the sea. Portrait. */
export function lighthouse(): Scene {
  const random = seededRandom(4);
  const stars = repeat(120, () => {
    const [x, y] = [between(random, 0, 600), between(random, 0, 460)];
    const opacity = px(between(random, 0.3, 1));
    return `<circle cx="${px(x)}" cy="${px(y)}" r="${px(between(random, 0.6, 2.1))}" fill-opacity="${opacity}"/>`;
  });
  const waves = repeat(46, (index) => {
    const y = 590 + index * 4.7;
    const x = between(random, -60, 520);
    return `<path d="M${px(x)} ${px(y)}q${px(between(random, 20, 60))} -6 ${px(between(random, 50, 190))} 0"/>`;
  });
  const stripes = repeat(3, (index) => {
    const top = 300 + index * 96;
    const inset = (600 - top) * 0.06;
    return `<path d="M${px(246 + inset)} ${top}H${px(354 - inset)}L${px(354 - inset + 2.9)} ${top + 48}H${px(246 + inset - 2.9)}Z"/>`;
  });
  return {
    width: 600,
    height: 800,
    markup:
      `<defs>${verticalGradient("night", [
        { at: 0, color: "#0b1036" },
        { at: 0.6, color: "#3b3f86" },
        { at: 1, color: "#c77d9b" },
      ])}${verticalGradient("sea", [
        { at: 0, color: "#5b4f8f" },
        { at: 0.3, color: "#23356c" },
        { at: 1, color: "#0a1533" },
      ])}${radialGradient("lamp", [
        { at: 0, color: "#fffbe0" },
        { at: 0.3, color: "#ffe48a", opacity: 0.7 },
        { at: 1, color: "#ffe48a", opacity: 0 },
      ])}<linearGradient id="beam" x1="0" x2="1"><stop offset="0" stop-color="#fff3b8" stop-opacity="0.75"/><stop offset="1" stop-color="#fff3b8" stop-opacity="0"/></linearGradient></defs>` +
      `<rect width="600" height="600" fill="url(#night)"/><g fill="#ffffff">${stars}</g>` +
      `<rect y="580" width="600" height="220" fill="url(#sea)"/>` +
      `<g fill="none" stroke="#a9b4e8" stroke-opacity="0.45" stroke-width="2">${waves}</g>` +
      `<path d="M300 236L620 120V330Z" fill="url(#beam)"/>` +
      `<path d="M120 690Q150 610 230 598L300 586L380 600Q470 616 500 700Q420 742 300 738Q180 740 120 690Z" fill="#1c1a2e"/>` +
      `<path d="M266 262H334L354 604H246Z" fill="#f6efe6"/><g fill="#c8324a">${stripes}</g>` +
      `<rect x="252" y="252" width="96" height="14" rx="4" fill="#2b2540"/>` +
      `<rect x="274" y="208" width="52" height="46" fill="#fff1b0"/>` +
      `<path d="M262 210L300 168L338 210Z" fill="#c8324a"/><circle cx="300" cy="164" r="6" fill="#2b2540"/>` +
      `<circle cx="300" cy="231" r="92" fill="url(#lamp)"/>` +
      `<path d="M286 604v-44a14 14 0 0 1 28 0v44z" fill="#3a2a3f"/>` +
      uprightMarker(70, 70, 40),
  };
}
