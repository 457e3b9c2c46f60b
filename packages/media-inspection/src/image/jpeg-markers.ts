/** ITU-T T.81, table B.1. */
export const DHT = 0xc4;
export const DAC = 0xcc;
const SOI = 0xd8;
export const EOI = 0xd9;
export const SOS = 0xda;
export const DQT = 0xdb;
export const DNL = 0xdc;
export const DRI = 0xdd;
export const APP0 = 0xe0;
export const APP1 = 0xe1;
export const APP2 = 0xe2;
export const APP13 = 0xed;
export const APP14 = 0xee;
export const COM = 0xfe;
const TEM = 0x01;

/** SOF0 to SOF15, without DHT (C4), JPG (C8) and DAC (CC), which share their range. */
export function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![DHT, 0xc8, DAC].includes(marker);
}

/** RST0 to RST7, which stand between the units of a scan. */
export function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker < SOI;
}

/** SOI, TEM and RST0 to RST7 have no length and no body. */
export function standsAlone(marker: number): boolean {
  return marker === TEM || marker === SOI || isRestart(marker);
}
