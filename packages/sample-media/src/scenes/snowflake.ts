import { px, repeat, type Scene } from "./scene.js";

function branch(): string {
  const twigs = repeat(6, (index) => {
    const y = -46 - index * 30;
    const reach = 62 - Math.abs(index - 2) * 14;
    return `M0 ${y}L${reach} ${px(y - reach * 0.72)}M0 ${y}L${-reach} ${px(y - reach * 0.72)}`;
  });
  return `<path d="M0 0V-236${twigs}"/><circle cy="-240" r="5"/>`;
}

/** A six-armed ice crystal in white and grey, on nothing. */
export function snowflake(): Scene {
  const arms = repeat(6, (index) => `<g transform="rotate(${index * 60})">${branch()}</g>`);
  const hexagon = (radius: number) =>
    `<path d="${repeat(6, (index) => {
      const angle = (index * Math.PI) / 3;
      return `${index === 0 ? "M" : "L"}${px(radius * Math.sin(angle))} ${px(-radius * Math.cos(angle))}`;
    })}Z"/>`;
  return {
    width: 520,
    height: 520,
    markup:
      `<g transform="translate(260 260)" fill="none" stroke-linecap="round">` +
      `<g stroke="#4a4a4a" stroke-opacity="0.35" stroke-width="15">${arms}</g>` +
      `<g stroke="#f4f4f4" stroke-width="8">${arms}${hexagon(62)}${hexagon(108)}</g></g>`,
  };
}
