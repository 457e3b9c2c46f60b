/** ETSI TS 102 366, table 4.3: full-bandwidth channels per `acmod`. */
const CHANNELS = [2, 1, 2, 3, 3, 4, 4, 5] as const;
const RATES = [48_000, 44_100, 32_000] as const;

interface DolbyConfig {
  sampleRate: number;
  channels: number;
}

/** From this version of the bit stream on, each halves the sample rate. */
const FULL_RATE_VERSION = 8;

/** The `dac3` box of AC-3: ETSI TS 102 366, F.4. Undefined where it is broken. */
export function ac3Config(body: Buffer | undefined): DolbyConfig | undefined {
  if (body === undefined || body.length < 3) return undefined;
  const bits = body.readUIntBE(0, 3);
  const halvings = Math.max(0, ((bits >>> 17) & 0x1f) - FULL_RATE_VERSION);
  const full = config(bits >>> 22, (bits >>> 11) & 7, (bits >>> 10) & 1);
  // Versions beyond 10 are no AC-3.
  return full && halvings <= 2 ? { ...full, sampleRate: full.sampleRate / 2 ** halvings } : full;
}

/** The `dec3` box of E-AC-3: ETSI TS 102 366, F.6; its first independent substream. */
export function eac3Config(body: Buffer | undefined): DolbyConfig | undefined {
  if (body === undefined || body.length < 5) return undefined;
  const bits = body.readUIntBE(2, 3);
  return config(bits >>> 22, (bits >>> 9) & 7, (bits >>> 8) & 1);
}

function config(rateCode: number, mode: number, lowFrequency: number): DolbyConfig | undefined {
  const sampleRate = RATES[rateCode];
  return sampleRate && { sampleRate, channels: (CHANNELS[mode] ?? 0) + lowFrequency };
}
