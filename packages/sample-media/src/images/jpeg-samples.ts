import { concat } from "../bytes.js";
import { jpegSegment, JPEG_MARKERS, walkJpegSegments } from "../containers/jpeg-segments.js";
import { fillerBlock } from "../filler.js";
import type { Sample } from "../sample.js";
import { alpineDawn } from "../scenes/alpine-dawn.js";
import { aurora } from "../scenes/aurora.js";
import { balloons } from "../scenes/balloons.js";
import { koiPond } from "../scenes/koi-pond.js";
import { lighthouse } from "../scenes/lighthouse.js";
import { moonlitDunes } from "../scenes/moonlit-dunes.js";
import { sailboat } from "../scenes/sailboat.js";
import type { PixelSize, Scene } from "../scenes/scene.js";
import { skyline } from "../scenes/skyline.js";
import { encoded, imageSample, type ImageRecipe } from "./image-sample.js";
import { computed, drawnOpaque } from "./render.js";

/** Clockwise degrees that a viewer turns the stored pixels by, per EXIF orientation. */
const TURNS = { 3: 180, 6: 90, 8: 270 } as const;

/** Stores the scene turned, with the orientation that makes a viewer turn it back. */
function turned(scene: Scene, size: PixelSize, orientation: keyof typeof TURNS) {
  return encoded(
    drawnOpaque(scene, size)
      .rotate(360 - TURNS[orientation])
      .withMetadata({ orientation })
      .jpeg({ quality: 84 }),
  );
}

/** Puts `count` comments of 60,000 bytes behind the first segment, before the frame header. */
function withLongHead(jpeg: Uint8Array, count: number): Uint8Array {
  const [first] = walkJpegSegments(jpeg);
  if (first === undefined) throw new Error("The JPEG file has no segments.");
  const comments = Array.from({ length: count }, (_, index) =>
    jpegSegment(JPEG_MARKERS.comment, fillerBlock(60_000, index)),
  );
  return concat([jpeg.subarray(0, first.end), ...comments, jpeg.subarray(first.end)]);
}

const RECIPES: readonly ImageRecipe[] = [
  {
    name: "alpine-dawn.jpg",
    description: "JPEG, baseline, 2400 x 1600 pixels",
    width: 2400,
    height: 1600,
    encode: (size) => encoded(drawnOpaque(alpineDawn(), size).jpeg({ quality: 82 })),
  },
  {
    name: "aurora-progressive.jpg",
    description: "JPEG, progressive, without chroma subsampling",
    width: 1200,
    height: 800,
    encode: ({ width, height }) =>
      encoded(
        computed(aurora(width, height)).jpeg({
          quality: 84,
          progressive: true,
          chromaSubsampling: "4:4:4",
        }),
      ),
  },
  {
    name: "moonlit-dunes-gray.jpg",
    description: "JPEG with one component: shades of grey",
    width: 900,
    height: 660,
    encode: (size) =>
      encoded(drawnOpaque(moonlitDunes(), size).toColourspace("b-w").jpeg({ quality: 84 })),
  },
  {
    name: "lighthouse-orientation-6.jpg",
    description: "JPEG, stored lying on its side, EXIF orientation 6; the arrow points up",
    width: 600,
    height: 800,
    orientation: 6,
    encode: (size) => turned(lighthouse(), size, 6),
  },
  {
    name: "balloons-orientation-8.jpg",
    description: "JPEG, stored lying on its side, EXIF orientation 8; the arrow points up",
    width: 800,
    height: 600,
    orientation: 8,
    encode: (size) => turned(balloons(), size, 8),
  },
  {
    name: "sailboat-orientation-3.jpg",
    description: "JPEG, stored upside down, EXIF orientation 3; the arrow points up",
    width: 720,
    height: 620,
    orientation: 3,
    encode: (size) => turned(sailboat(), size, 3),
  },
  {
    name: "koi-pond-cmyk.jpg",
    description: "JPEG with four components: CMYK, as print shops send it, and no alpha",
    width: 800,
    height: 560,
    encode: (size) =>
      encoded(drawnOpaque(koiPond(), size).toColourspace("cmyk").jpeg({ quality: 84 })),
  },
  {
    name: "skyline-long-head.jpg",
    description: "JPEG panorama whose frame header comes behind 180 KB of comments",
    width: 1600,
    height: 400,
    encode: async (size) =>
      withLongHead(await encoded(drawnOpaque(skyline(), size).jpeg({ quality: 84 })), 3),
  },
];

export function jpegSamples(): Promise<Sample[]> {
  return Promise.all(RECIPES.map((recipe) => imageSample("jpeg", recipe)));
}
