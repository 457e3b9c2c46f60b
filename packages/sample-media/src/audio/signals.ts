import { PI, exp, expm1, floor, log, max, min, sin } from "../math.js";

/**
 * A sound as a function of time: seconds and channel (0 is left) in, amplitude from -1 to 1 out.
 */
export type Signal = (seconds: number, channel: number) => number;

/** Frequency in hertz of a MIDI note number; 69 is the A of 440 Hz. */
function note(midi: number): number {
  return 440 * 2 ** ((midi - 69) / 12);
}

export function sine(hertz: number): Signal {
  return (seconds) => sin(2 * PI * hertz * seconds);
}

/** A tone with overtones that fades like a plucked string, the higher ones sooner. */
function pluck(hertz: number, seconds: number): number {
  const attack = min(1, seconds / 0.008);
  const phase = 2 * PI * hertz * seconds;
  const fading = exp(-1.4 * seconds);
  return (
    attack *
    fading ** 1.5 *
    (0.62 * sin(phase) + fading * (0.22 * sin(2 * phase) + 0.1 * sin(3 * phase)))
  );
}

/**
 * Notes plucked one after another, each ringing on into the next two; in stereo they wander from
 * left to right.
 */
export function melody(midiNotes: readonly number[], secondsPerNote: number): Signal {
  const plucks = midiNotes.map((midi, index) => {
    const pan = 0.4 * sin(index * 1.3);
    return { hertz: note(midi), left: 0.5 - pan, right: 0.5 + pan };
  });
  const ring = 3 * secondsPerNote;
  return (seconds, channel) => {
    const current = floor(seconds / secondsPerNote);
    let sum = 0;
    for (let index = max(0, current - 2); index <= current; index += 1) {
      const played = plucks[index];
      if (played === undefined) break;
      const gain = channel === 0 ? played.left : played.right;
      const age = seconds - index * secondsPerNote;
      sum += gain * (1 - age / ring) * pluck(played.hertz, age);
    }
    return sum * 1.4;
  };
}

/** Steady tones together, gently beating; in stereo each side hears another mix. */
export function chord(midiNotes: readonly number[]): Signal {
  const tones = midiNotes.map(note);
  return (seconds, channel) => {
    let sum = 0;
    for (const [index, hertz] of tones.entries()) {
      const tremolo = 0.8 + 0.2 * sin(2 * PI * (0.7 + 0.2 * index) * seconds + channel);
      sum += tremolo * sin(2 * PI * hertz * seconds + index);
    }
    return sum / tones.length;
  };
}

/** A glide from one frequency to the other, even in pitch, over `duration` seconds. */
export function sweep(fromHertz: number, toHertz: number, duration: number): Signal {
  const rate = log(toHertz / fromHertz) / duration;
  return (seconds, channel) =>
    sin(((2 * PI * fromHertz) / rate) * expm1(rate * seconds) + channel * 0.5);
}

/** The signal at `gain`, faded in and out so that it neither clicks at its start nor at its end. */
export function shaped(signal: Signal, duration: number, gain = 0.6, fadeSeconds = 0.06): Signal {
  return (seconds, channel) => {
    const edge = min(seconds, duration - seconds) / fadeSeconds;
    return gain * min(1, max(0, edge)) * signal(seconds, channel);
  };
}
