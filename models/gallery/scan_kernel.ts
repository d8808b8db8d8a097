import { CODES_AT_ONCE, CODES_STRIDE, type RowLayout, ROWS_AT_ONCE, ROWS_PER_BLOCK } from "./row_layout.ts";
import { type Code, control, f32, f32x4, i16x8, i32, i32x4, local, v128, VECTOR_BYTES } from "../wasm/instructions.ts";
import { encodeModule, type ValueType } from "../wasm/module.ts";

/** Numbers of the two memories: the gallery's, which is shared, and the scratch of one reader. */
const GALLERY = 0;
const SCRATCH = 1;
/** Pages that the gallery's memory may grow to: all that 32 bits address. What is not grown into takes no memory. */
export const GALLERY_PAGES_MAX = 65_536;

/** Where the codes of the embedding asked about lie in the scratch, as 16-bit numbers; zeros follow up to a multiple of 8. */
export const QUERY_AT = 0;
/** The largest of these codes: 1,024 products of it with {@linkcode CODE_MAX} add up to less than 2^31. */
export const QUERY_CODE_MAX = 8_191;
/** Where the answers go in the scratch: a float a row. */
export const ANSWERS_AT = 4_096;
/** Where four numbers go, the greatest of which is the greatest answer. */
export const GREATEST_AT = ANSWERS_AT + 4 * ROWS_PER_BLOCK;
/** What the scratch takes, in pages of 64 KiB. */
export const SCRATCH_PAGES = 1;

/** What the module offers. Rows are looked at four by four: up to three answers behind the last one asked for mean nothing. */
export interface ScanKernel {
  /**
   * For each of the first `rowCount` rows of the block at `blockAddress`, with `dot` the dot product of its codes and the query's:
   * `dot x scale x queryScale + error x errorFactor + slack`, in single precision. It looks at one row at least.
   */
  scan(blockAddress: number, rowCount: number, queryScale: number, errorFactor: number, slack: number): void;
}

const PARAMETERS: readonly ValueType[] = ["i32", "i32", "f32", "f32", "f32"];
const [BLOCK, ROW_COUNT, QUERY_SCALE, ERROR_FACTOR, SLACK] = PARAMETERS.keys();
const LOCALS: readonly ValueType[] = ["i32", "i32", "v128", "v128", "v128", "v128", "v128", "v128", "v128"];
const [CODES, ROW, QUERY, ANSWERS, GREATEST, ...SUMS] = [...LOCALS.keys()].map((index) => PARAMETERS.length + index);

/**
 * The module that scans the codes of a gallery. It is written for one layout, so every address but two is a constant: the codes
 * of four rows, and where their scales, errors and answers are.
 */
export function scanKernelModule(layout: RowLayout): Uint8Array<ArrayBuffer> {
  return encodeModule({
    memories: [
      { name: "gallery", pagesMin: 1, sharedPagesMax: GALLERY_PAGES_MAX },
      { name: "scratch", pagesMin: SCRATCH_PAGES },
    ],
    functions: [{ name: "scan", parameters: PARAMETERS, locals: LOCALS, body: scanBody(layout) }],
  });
}

function scanBody({ codeBytes, scalesAt, errorsAt }: RowLayout): Code {
  // ROW counts bytes of floats: it is an address in the scratch and, from the block on, one of scales and errors.
  const atRow = i32.add(local.get(BLOCK), local.get(ROW));
  const scales = v128.load({ memory: GALLERY, offset: scalesAt }, atRow);
  const errors = v128.load({ memory: GALLERY, offset: errorsAt }, atRow);
  const similarity = f32x4.multiply(
    f32x4.fromI32x4(sumOfEach()),
    f32x4.multiply(scales, f32x4.splat(local.get(QUERY_SCALE))),
  );
  const error = f32x4.add(
    f32x4.multiply(errors, f32x4.splat(local.get(ERROR_FACTOR))),
    f32x4.splat(local.get(SLACK)),
  );
  const fourRows = [
    ...SUMS.flatMap((sum) => local.set(sum, v128.zero())),
    ...Array.from({ length: codeBytes / CODES_AT_ONCE }, (_, part) => addProducts(part)).flat(),
    ...local.set(ANSWERS, f32x4.add(similarity, error)),
    ...v128.store({ memory: SCRATCH, offset: ANSWERS_AT }, local.get(ROW), local.get(ANSWERS)),
    ...local.set(GREATEST, f32x4.greater(local.get(GREATEST), local.get(ANSWERS))),
    ...local.set(CODES, i32.add(local.get(CODES), i32.constant(ROWS_AT_ONCE * codeBytes))),
    ...local.set(ROW, i32.add(local.get(ROW), i32.constant(VECTOR_BYTES))),
  ];
  const end = i32.multiply(local.get(ROW_COUNT), i32.constant(Float32Array.BYTES_PER_ELEMENT));
  return [
    ...local.set(CODES, local.get(BLOCK)),
    ...local.set(GREATEST, f32x4.splat(f32.constant(-Infinity))),
    ...control.loop(fourRows, i32.isLessUnsigned(local.get(ROW), end)),
    ...v128.store({ memory: SCRATCH, offset: GREATEST_AT }, i32.constant(0), local.get(GREATEST)),
  ];
}

/** Eight numbers of the query times the same eight of each row, added to the sums of that row. */
function addProducts(part: number): Code {
  const query = v128.load({ memory: SCRATCH, offset: QUERY_AT + part * VECTOR_BYTES }, i32.constant(0));
  return [
    ...local.set(QUERY, query),
    ...SUMS.flatMap((sum, row) => {
      const offset = part * CODES_STRIDE + row * CODES_AT_ONCE;
      const codes = i16x8.load8x8({ memory: GALLERY, offset }, local.get(CODES));
      return local.set(sum, i32x4.add(local.get(sum), i32x4.dotI16x8(codes, local.get(QUERY))));
    }),
  ];
}

/** Each row has four sums; this is one vector of their totals. */
function sumOfEach(): Code {
  const halves = (one: number, other: number) => {
    const [first, second] = [local.get(SUMS[one]), local.get(SUMS[other])];
    return i32x4.add(i32x4.pick(first, second, [0, 4, 1, 5]), i32x4.pick(first, second, [2, 6, 3, 7]));
  };
  return i32x4.add(
    i32x4.pick(halves(0, 1), halves(2, 3), [0, 1, 4, 5]),
    i32x4.pick(halves(0, 1), halves(2, 3), [2, 3, 6, 7]),
  );
}
