import { DmlError } from "../../../../protocol/kernel/errors.ts";
import type { Point, Size } from "../../../image/geometry/geometry.ts";
import type { PictureInput } from "../../../manifest/picture_input.ts";
import { floatsOf, type Tensor } from "../../../tensor.ts";
import { trimmedDims } from "../../detect/candidate.ts";
import type { FaceCandidate } from "./face_detector.ts";

/** Outputs of a detector, by name. */
export type DetectorOutputs = Readonly<Record<string, Tensor>>;

/** Conditions under which outputs are decoded. */
export interface DecodeOptions {
  /** Size of the input that the outputs belong to, in pixels. */
  readonly frame: Size;
  /** Lowest score of a candidate. */
  readonly scoreMin: number;
  /** True if the outputs must hold the five points; if false, they are not read. */
  readonly hasPoints: boolean;
}

/** Properties in which one family of face detectors differs from another. */
export interface DetectorFamily {
  readonly name: string;
  /** Normalisation of the input. */
  readonly samples: Pick<PictureInput, "channels" | "scale" | "mean" | "std">;
  /**
   * Decodes the outputs into candidates in pixels of the input, overlapping ones included. Throws
   * `model_invalid`, naming the output, if one is missing or has another shape.
   */
  decode(outputs: DetectorOutputs, options: DecodeOptions): FaceCandidate[];
}

/** Part of the outputs: `rows` x `columns` numbers, and their meaning for error messages. */
interface OutputPart {
  readonly rows: number;
  readonly columns: number;
  readonly meaning: string;
}

/** One cell of a detector's grid. */
export interface GridCell {
  readonly row: number;
  readonly column: number;
  /** Place of the cell in its grid, row by row. */
  readonly at: number;
}

/** Returns the size of the grid that divides `frame` into cells of `stride` pixels. */
export function gridOf({ width, height }: Size, stride: number): { rows: number; columns: number } {
  return { rows: Math.ceil(height / stride), columns: Math.ceil(width / stride) };
}

/** Yields the cells of a grid, row by row. */
export function* cellsOf({ rows, columns }: { rows: number; columns: number }): Generator<GridCell> {
  for (let row = 0, at = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, at++) yield { row, column, at };
  }
}

/**
 * Returns the numbers of the only output of the shape `rows` x `columns`, whatever its name:
 * programs that write ONNX files name outputs as they like. Throws `model_invalid` if there is
 * none.
 */
export function partByShape(
  outputs: DetectorOutputs,
  part: OutputPart & { family: string; frame: Size },
): Float32Array {
  const found = Object.values(outputs).find((tensor) => {
    const [rows, columns, ...more] = trimmedDims(tensor, 2);
    return rows === part.rows && columns === part.columns && more.length === 0;
  });
  if (found !== undefined) return floatsOf(found);
  const { family, frame, meaning, rows, columns } = part;
  const shapes = Object.entries(outputs).map(([name, { dims }]) => `${name} ${dims.join("x") || "scalar"}`);
  throw misfit(
    `has no output of 1x${rows}x${columns} (${meaning}), which ${family} has for ${frame.width}x${frame.height} pixels; ` +
      `it has ${shapes.join(", ")}`,
  );
}

/**
 * Returns the numbers of the output `name`. Throws `model_invalid` if its shape is not that of
 * `part`.
 */
export function partByName(
  outputs: DetectorOutputs,
  part: OutputPart & { name: string; family: string; frame: Size },
): Float32Array {
  const { name, family, frame, rows, columns, meaning } = part;
  const tensor = outputs[name];
  if (tensor === undefined) {
    const names = Object.keys(outputs).join(", ") || "none";
    throw misfit(`has no output ${name} (${meaning}), which ${family} has; it has ${names}`);
  }
  const numbers = floatsOf(tensor);
  if (numbers.length === rows * columns) return numbers;
  throw misfit(
    `has the output ${name} of ${tensor.dims.join("x") || "one number"}; ` +
      `${family} has 1x${rows}x${columns} (${meaning}) for ${frame.width}x${frame.height} pixels`,
  );
}

/** Returns the five points whose x and y `coordinateOf` returns by their index, 0 to 9. */
export function fivePointsOf(coordinateOf: (index: number) => number): Point[] {
  return [0, 2, 4, 6, 8].map((index) => ({ x: coordinateOf(index), y: coordinateOf(index + 1) }));
}

function misfit(what: string): DmlError {
  return new DmlError("model_invalid", `The model file detect ${what}.`, {
    advice: "Correct `detector` in the manifest (its family and its input), or export the model again.",
  });
}
