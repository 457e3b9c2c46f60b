/** ITU-T T.81, table B.1. */
export const DHT = 0xc4;
const SOI = 0xd8;
export const EOI = 0xd9;
export const SOS = 0xda;
export const DRI = 0xdd;
export const APP1 = 0xe1;
const TEM = 0x01;

/** SOF0 to SOF15, without DHT (C4), JPG (C8) and DAC (CC), which share their range. */
export function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![DHT, 0xc8, 0xcc].includes(marker);
}

/** RST0 to RST7, which stand between the units of a scan. */
export function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker < SOI;
}

/** SOI, TEM and RST0 to RST7 have no length and no body. */
export function standsAlone(marker: number): boolean {
  return marker === TEM || marker === SOI || isRestart(marker);
}
