import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FACES_FILES } from "../../../models/catalog/faces.ts";
import { allocatorEnvironmentOf } from "../../../user/process/allocator_environment.ts";
import { V8_FLAGS } from "../../../user/process/v8_flags.ts";
import { type Figure, MB, median, shown } from "../figure.ts";
import { largePhoto } from "./large_photo.ts";
import { TurnProcess } from "./turn_process.ts";

const ROUNDS = 7;
/** Sizes of the pictures, and the most that the ratios of time and memory may be. */
const SIZES = [
  { megapixels: 12, timeMost: 1.5, memoryMost: 1.35 },
  { megapixels: 24, timeMost: 0.85, memoryMost: 1.15 },
  { megapixels: 48, timeMost: 0.75, memoryMost: 1 },
] as const;
const MODES = ["annotate", "plain"] as const;
const NODE = fileURLToPath(new URL("./node_pictures.ts", import.meta.url));
const OPENCV = fileURLToPath(new URL("./opencv_pictures.py", import.meta.url));
/** Interpreters that may have OpenCV: the usual one, and that of the system's packages. */
const PYTHONS = ["python3", "/usr/bin/python3"] as const;

/** Times of one program, and the peak of its memory. */
interface Measured {
  readonly ms: readonly number[];
  readonly bytes: number;
}

/**
 * Compares a node of one worker with OpenCV in Python, each a process of its own, by turns: both
 * decode a JPEG with three faces, find them, and draw and encode it unless only the faces are asked
 * for. Throws if there is no Python with OpenCV.
 */
export async function largePictures(): Promise<Figure[]> {
  const python = await findPython();
  const directory = await Deno.makeTempDir();
  const figures: Figure[] = [];
  try {
    const detector = join(directory, "detector.onnx");
    await Deno.writeFile(detector, (await FACES_FILES.detect.load()).default);
    for (const size of SIZES) {
      const { megapixels } = size;
      const photo = join(directory, `${megapixels}.jpg`);
      await Deno.writeFile(photo, await largePhoto(megapixels));
      for (const mode of MODES) {
        const [node, opencv] = await byTurns([
          new TurnProcess(Deno.execPath(), {
            args: ["run", "--quiet", `--v8-flags=${V8_FLAGS}`, "-A", NODE, photo, mode],
            env: allocatorEnvironmentOf("join"),
          }),
          new TurnProcess(python, { args: [OPENCV, photo, detector, mode] }),
        ]);
        figures.push(...figuresOf({ size, mode, node, opencv }));
      }
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  return figures;
}

async function findPython(): Promise<string> {
  for (const python of PYTHONS) {
    const command = new Deno.Command(python, { args: ["-c", "import cv2"], stderr: "null" });
    const isThere = await command.output().then(({ success }) => success, () => false);
    if (isThere) return python;
  }
  throw new Error("There is no Python with OpenCV: install the package python3-opencv.");
}

/** Lets each process work once, unmeasured, and then by turns. */
async function byTurns(processes: readonly TurnProcess[]): Promise<Measured[]> {
  for (const process of processes) await process.turn();
  const times: number[][] = processes.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, process] of processes.entries()) times[index].push(await process.turn());
  }
  const measured: Measured[] = [];
  for (const [index, process] of processes.entries()) measured.push({ ms: times[index], bytes: await process.end() });
  return measured;
}

function figuresOf({ size: { megapixels, timeMost, memoryMost }, mode, node, opencv }: {
  size: (typeof SIZES)[number];
  mode: (typeof MODES)[number];
  node: Measured;
  opencv: Measured;
}): Figure[] {
  const what = `a JPEG of ${megapixels} megapixels with 3 faces, ${mode === "annotate" ? "annotated" : "faces only"}`;
  return [
    {
      what: `${what}: a node / OpenCV in Python, time`,
      measured: shown(median(node.ms), "ms"),
      floor: shown(median(opencv.ms), "ms"),
      value: median(node.ms.map((ms, round) => ms / opencv.ms[round])),
      unit: "x",
      bound: { atMost: timeMost },
    },
    {
      what: `${what}: a node / OpenCV in Python, peak memory`,
      measured: shown(node.bytes / MB, "MB"),
      floor: shown(opencv.bytes / MB, "MB"),
      value: node.bytes / opencv.bytes,
      unit: "x",
      bound: { atMost: memoryMost },
    },
  ];
}
