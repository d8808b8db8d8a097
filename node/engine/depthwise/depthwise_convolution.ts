import { Frame } from "../../../models/wasm/frame.ts";
import { type Code, control, i32, sequence } from "../../../models/wasm/instructions.ts";
import type { ModuleFunction } from "../../../models/wasm/module.ts";
import { floats, LANES } from "./by_lanes.ts";
import type { FilterShape } from "./depthwise_rows.ts";
import { copyRows } from "./padded_rows.ts";

/** Where `MLAS_CONV_PARAMETERS` of the engine has what, in bytes; of two numbers the first is down, the second across. */
const PARAMETERS = {
  activation: 0,
  dimensions: 4,
  inputShape: [24, 28],
  kernelShape: [36, 40],
  dilation: [48, 52],
  padding: [60, 64],
  stride: [84, 88],
  filterCount: 96,
  outputShape: [100, 104],
  outputSize: 116,
  /** The products of one output. */
  productCount: 120,
  /** What the output is multiplied by before it is added to. */
  beta: 124,
} as const;

/** The working buffer of a thread, in floats: `MLAS_CONV_WORKING_BUFFER_SIZE_PER_THREAD`. */
const BUFFER_FLOATS = 128 * 128;
/** The sign counts for nothing where a float is compared with 0. */
const ALL_BUT_SIGN = 0x7fffffff;

/** The filters that there are rows for, in the order of their functions. */
export const FILTER_SHAPES: readonly FilterShape[] = [3, 5, 7].flatMap((size) =>
  ([1, 2] as const).map((stride) => ({ size, stride }))
);

/** The numbers of the functions that are called. */
export interface CalledFunctions {
  /** One for each of {@linkcode FILTER_SHAPES}, from this number on. */
  readonly rows: number;
  /** `MlasConvOperation` as it was. */
  readonly original: number;
  /** `MlasActivation(activation, values, bias, filters, count, stride)`: adds the bias, then applies what follows the convolution. */
  readonly activation: number;
}

/**
 * `MlasConvOperation(parameters, input, filter, bias, buffer, output, segmentStart, segmentCount)` of the engine: one group of a
 * convolution. A group of one channel and one filter is done here, any other by the original.
 *
 * The original writes a column of numbers for each output and multiplies a matrix of one row with all of them. Here the plane is copied
 * into the buffer, as many rows as it holds, with zeros around it, and the products are added up where they are.
 */
export function depthwiseConvolution(called: CalledFunctions): ModuleFunction {
  const frame = new Frame();
  const given = Array.from({ length: 8 }, () => frame.parameter("i32"));
  const [parameters, input, filter, bias, buffer, output, segmentStart, segmentCount] = given;
  const [size, stride, strideDown, height, width, outputWidth, paddingLeft] = frame.localList("i32", 7);
  const [rowFloats, rowBytes, copied, rowsMax, outputRowsMax] = frame.localList("i32", 5);
  const [row, outputRow, outputRows, outputRowsLeft] = frame.localList("i32", 4);
  const field = (offset: number) => i32.load({ memory: 0, offset }, parameters.get);
  const is = (value: Code, other: number) => i32.isEqual(value, i32.constant(other));
  const shapes = FILTER_SHAPES.map((shape) => i32.and(is(size.get, shape.size), is(stride.get, shape.stride)));
  const isDepthwise = [
    is(field(PARAMETERS.dimensions), 2),
    is(field(PARAMETERS.filterCount), 1),
    i32.isEqual(field(PARAMETERS.productCount), i32.multiply(size.get, size.get)),
    i32.isEqual(field(PARAMETERS.kernelShape[0]), size.get),
    shapes.reduce(i32.or),
    is(field(PARAMETERS.dilation[0]), 1),
    is(field(PARAMETERS.dilation[1]), 1),
    i32.isZero(i32.and(field(PARAMETERS.beta), i32.constant(ALL_BUT_SIGN))),
    i32.isZero(segmentStart.get),
    i32.isEqual(segmentCount.get, field(PARAMETERS.outputSize)),
    i32.isLessUnsigned(paddingLeft.get, size.get),
  ];
  const fits = [
    outputRowsLeft.get,
    i32.isGreaterUnsigned(outputWidth.get, i32.constant(LANES - 1)),
    i32.isGreaterUnsigned(copied.get, i32.constant(LANES - 1)),
    i32.isZero(i32.isLessUnsigned(rowsMax.get, size.get)),
  ];
  const rowsOf = (outputs: Code) =>
    i32.add(i32.multiply(i32.subtract(outputs, i32.constant(1)), strideDown.get), size.get);
  const stepBytes = i32.multiply(rowBytes.get, strideDown.get);
  const convolved = [buffer.get, rowBytes.get, stepBytes, filter.get, outputRow.get, outputWidth.get, outputRows.get];
  const ofBand = sequence(
    outputRows.set(smaller(outputRowsMax.get, outputRowsLeft.get)),
    copyRows(frame, { input, height, width, paddingLeft, copied, buffer, rowBytes, row, rows: rowsOf(outputRows.get) }),
    ...shapes.map((isShape, index) => control.if(isShape, control.call(called.rows + index, ...convolved))),
    outputRow.set(i32.add(outputRow.get, floats(i32.multiply(outputRows.get, outputWidth.get)))),
    row.set(i32.add(row.get, i32.multiply(outputRows.get, strideDown.get))),
  );
  const body = sequence(
    control.block(sequence(
      size.set(field(PARAMETERS.kernelShape[1])),
      stride.set(field(PARAMETERS.stride[1])),
      paddingLeft.set(field(PARAMETERS.padding[1])),
      ...isDepthwise.map((condition) => control.branchIf(0, i32.isZero(condition))),
      strideDown.set(field(PARAMETERS.stride[0])),
      height.set(field(PARAMETERS.inputShape[0])),
      width.set(field(PARAMETERS.inputShape[1])),
      outputRowsLeft.set(field(PARAMETERS.outputShape[0])),
      outputWidth.set(field(PARAMETERS.outputShape[1])),
      rowFloats.set(i32.add(i32.multiply(outputWidth.get, stride.get), size.get)),
      rowBytes.set(floats(rowFloats.get)),
      copied.set(smaller(width.get, i32.subtract(rowFloats.get, paddingLeft.get))),
      rowsMax.set(i32.divideUnsigned(i32.constant(BUFFER_FLOATS - LANES), rowFloats.get)),
      ...fits.map((condition) => control.branchIf(0, i32.isZero(condition))),
      outputRowsMax.set(
        i32.add(i32.divideUnsigned(i32.subtract(rowsMax.get, size.get), strideDown.get), i32.constant(1)),
      ),
      row.set(i32.subtract(i32.constant(0), field(PARAMETERS.padding[0]))),
      outputRow.set(output.get),
      control.loop(ofBand, outputRowsLeft.tee(i32.subtract(outputRowsLeft.get, outputRows.get))),
      control.call(
        called.activation,
        field(PARAMETERS.activation),
        output.get,
        bias.get,
        i32.constant(1),
        segmentCount.get,
        segmentCount.get,
      ),
      control.return(),
    )),
    control.call(called.original, ...given.map(({ get }) => get)),
  );
  return { parameters: frame.parameters, locals: frame.locals, body };
}

function smaller(one: Code, other: Code): Code {
  return i32.select(one, other, i32.isLessUnsigned(one, other));
}
