import { join } from "node:path";
import type { FaceReader, ReadFace } from "./face_reader.ts";
import { photosOf, type PhotoSource } from "./photo_sources.ts";
import { VARIANTS } from "./variants.ts";

/** Name of the file with the faces of all photos of a directory, a line for each photo. */
const FACE_FILE = "faces.jsonl";
/** Photos of people that are read in all variants, spread over the source, at most. */
const VARIED_MAX = 300;

/** A photo and its doubted faces. */
export interface PhotoFaces {
  readonly file: string;
  readonly faces: readonly ReadFace[];
}

/** Reads all photos of a source in `root`, and writes their faces to a file beside them. */
export async function readPhotos(
  source: PhotoSource,
  { root, reader }: { root: string; reader: FaceReader },
): Promise<{ photos: number; faces: number }> {
  const photos = await photosOf(source, root);
  const isPortrait = source.holds === "faces";
  const stride = isPortrait ? Math.ceil(photos.length / VARIED_MAX) : 1;
  const lines: PhotoFaces[] = [];
  for (const [index, file] of photos.entries()) {
    const bytes = await Deno.readFile(join(root, source.directory, file));
    const variants = index % stride === 0 ? VARIANTS : VARIANTS.slice(0, 1);
    lines.push({ file, faces: await reader.read(bytes, { isPortrait, variants }) });
  }
  if (lines.length > 0) {
    await Deno.writeTextFile(
      join(root, source.directory, FACE_FILE),
      lines.map((line) => JSON.stringify(line)).join("\n"),
    );
  }
  const faces = lines.flatMap((line) => line.faces.filter(({ variant }) => variant === "plain"));
  return { photos: photos.length, faces: faces.length };
}

/** Returns the photos of a source that were read before; none if it was not read. */
export async function readFaceFile({ directory }: PhotoSource, root: string): Promise<PhotoFaces[]> {
  try {
    const text = await Deno.readTextFile(join(root, directory, FACE_FILE));
    return text.split("\n").map((line) => JSON.parse(line));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
