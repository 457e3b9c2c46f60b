/**
 * An arrow in a disc that points to the top of the scene as it is meant to be seen, so that a
 * missed rotation strikes the eye.
 */
export function uprightMarker(x: number, y: number, radius: number): string {
  return (
    `<g transform="translate(${x} ${y}) scale(${radius / 50})">` +
    `<circle r="50" fill="#ffffff" fill-opacity="0.85"/>` +
    `<path d="M0 -34L26 -4H10V32H-10V-4H-26Z" fill="#d7263d"/></g>`
  );
}
