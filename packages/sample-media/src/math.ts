/**
 * The functions that run once per sound sample and pixel. As imports they cost nothing to look up;
 * as properties of the global `Math` they do where code runs in a vm context: jest takes up to 20
 * times as long.
 */
export const { PI, cos, exp, expm1, floor, hypot, imul, log, max, min, round, sin, sqrt } = Math;
