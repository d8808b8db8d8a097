/**
 * Small face detectors with the outputs of each family, which take a picture of any size: a cell
 * whose mean colour matches has a face of a fixed form, and the others have none.
 */
import type { Tensor } from "../../../../../models/tensor.ts";
import { graphModel, type Step, tensor } from "../../../onnx/graph_model.ts";

/** One number of a head: `weights` for the three channels of the input, and a constant. */
interface Unit {
  readonly weights?: readonly [number, number, number];
  readonly bias: number;
}

/** Numbers that a grid has for each anchor of each cell, all anchors of a cell in one list. */
interface Head {
  readonly stride: number;
  readonly units: readonly Unit[];
  readonly anchors: number;
}

const STRIDES = [8, 16, 32];
const NOTHING: Unit = { bias: 0 };
const constants = (...numbers: readonly number[]): Unit[] => numbers.map((bias) => ({ bias }));

/** Left eye, right eye, nose, mouth corners: the offsets that the detectors below return. */
export const OFFSETS = [-0.5, -0.5, 0.5, -0.5, 0, 0, -0.25, 0.75, 0.25, 0.75];
/** Box around the offsets: shift of the centre to the right and down, width, height. */
export const FORM = { right: 0.5, down: 0.25, width: 2, height: 3 };

/** YuNet: the cells of stride 8 that are blue in BGR of 0..255 have a face. */
export function yunetModel(): Uint8Array<ArrayBuffer> {
  const { right, down, width, height } = FORM;
  return detector(STRIDES.flatMap((stride) => {
    const score: Unit = stride === 8 ? { weights: [1 / 255, 0, 0], bias: 0 } : NOTHING;
    return [
      output(`cls_${stride}`, [{ stride, anchors: 1, units: [score] }]),
      output(`obj_${stride}`, [{ stride, anchors: 1, units: constants(0.81) }]),
      output(`bbox_${stride}`, [{
        stride,
        anchors: 1,
        units: constants(right, down, Math.log(width), Math.log(height)),
      }]),
      output(`kps_${stride}`, [{ stride, anchors: 1, units: constants(...OFFSETS) }]),
    ];
  }));
}

/**
 * Returns an SCRFD: the cells of stride 16 that are red in RGB of -1..1 have a face, found by the
 * second anchor of two.
 */
export function scrfdModel({ hasPoints = true } = {}): Uint8Array<ArrayBuffer> {
  const score: Unit = { weights: [0.9 * 128 / 255, 0, 0], bias: 0.45 };
  const far = constants(9, 9, 9, 9);
  const near = constants(0.25, 0.5, 0.75, 1);
  const points = constants(...OFFSETS);
  // Named by numbers and in no order, as exporters do.
  const outputs = STRIDES.flatMap((stride) => [
    ...(hasPoints ? [output(`${stride}7`, [{ stride, anchors: 2, units: [...points, ...points] }])] : []),
    output(`${stride}9`, [{ stride, anchors: 2, units: [...far, ...near] }]),
    output(`${stride}3`, [{ stride, anchors: 2, units: [NOTHING, stride === 16 ? score : NOTHING] }]),
  ]);
  return detector(outputs.reverse());
}

/**
 * Returns a RetinaFace: the cells of stride 8 that are blue in BGR minus its mean have a face,
 * found by the second prior.
 */
export function retinafaceModel(): Uint8Array<ArrayBuffer> {
  const { right, down } = FORM;
  const face: Unit = { weights: [0.9 / 255, 0, 0], bias: 0.9 * 104 / 255 };
  const background: Unit = { weights: [-0.9 / 255, 0, 0], bias: 1 - 0.9 * 104 / 255 };
  const none = constants(1, 0);
  const box = constants(right, down, Math.log(0.5) / 0.2, Math.log(0.75) / 0.2);
  const heads = (units: (stride: number) => Unit[]) =>
    STRIDES.map((stride) => ({ stride, anchors: 2, units: units(stride) }));
  return detector([
    output("output", heads(() => [...box, ...box])),
    output("outputt", heads((stride) => stride === 8 ? [...none, background, face] : [...none, ...none])),
    output("outputtt", heads(() => [...constants(...OFFSETS), ...constants(...OFFSETS)])),
  ]);
}

interface Output {
  readonly name: string;
  /** Heads whose numbers follow one another, all with the same number of columns. */
  readonly heads: readonly Head[];
  readonly columns: number;
}

function output(name: string, heads: readonly Head[]): Output {
  return { name, heads, columns: heads[0].units.length / heads[0].anchors };
}

function detector(outputs: readonly Output[]): Uint8Array<ArrayBuffer> {
  const constantsByName: Record<string, Tensor> = {};
  const steps: Step[] = STRIDES.map((stride) => ({
    operator: "AveragePool",
    from: ["pixels"],
    to: `pooled ${stride}`,
    attributes: { kernel_shape: [stride, stride], strides: [stride, stride] },
  }));
  for (const { name, heads, columns } of outputs) {
    const parts = heads.map((head) => {
      const part = `${name} ${head.stride}`;
      addHead(head, { part, columns, steps, constantsByName });
      return part;
    });
    steps.push({ operator: "Concat", from: parts, to: name, attributes: { axis: 1 } });
  }
  return graphModel({
    inputs: { pixels: { dims: [1, 3, -1, -1] } },
    outputs: Object.fromEntries(outputs.map(({ name, columns }) => [name, { dims: [1, -1, columns] }])),
    constants: constantsByName,
    steps,
  });
}

/** Adds the convolution of a head over its pooled cells, and brings its numbers into rows. */
function addHead(
  { stride, units }: Head,
  { part, columns, steps, constantsByName }: {
    part: string;
    columns: number;
    steps: Step[];
    constantsByName: Record<string, Tensor>;
  },
): void {
  constantsByName[`${part} w`] = tensor([units.length, 3, 1, 1], units.flatMap(({ weights = [0, 0, 0] }) => weights));
  constantsByName[`${part} b`] = tensor([units.length], units.map(({ bias }) => bias));
  constantsByName[`${part} shape`] = tensor([3], [1, -1, columns], "int64");
  steps.push(
    {
      operator: "Conv",
      from: [`pooled ${stride}`, `${part} w`, `${part} b`],
      to: `${part} planes`,
      attributes: { kernel_shape: [1, 1] },
    },
    { operator: "Transpose", from: [`${part} planes`], to: `${part} cells`, attributes: { perm: [0, 2, 3, 1] } },
    { operator: "Reshape", from: [`${part} cells`, `${part} shape`], to: part },
  );
}
