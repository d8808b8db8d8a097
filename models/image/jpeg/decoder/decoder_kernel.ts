import { ConstantPool } from "../../../wasm/constant_pool.ts";
import { encodeModule, IMPORT_MODULE } from "../../../wasm/module.ts";
import { unstuffFunction } from "./bit_stream.ts";
import { decodeFunction } from "./entropy_decoding.ts";
import { transformFunction } from "./inverse_dct.ts";
import { CONSTANTS_AT, STATE_AT } from "./memory_map.ts";
import { halvedRowFunction, wholeRowFunction } from "./pixel_rows.ts";

/** What the module offers; each is explained where it is written. */
export interface DecoderKernel {
  unstuff(from: number): number;
  decode(mcus: number, blocksEnd: number): number;
  transform(dc: number, target: number, stride: number, seen: number, sum: number): number;
  wholeRow(luma: number, cb: number, cr: number, target: number, groups: number): void;
  halvedRow(
    ...parameters: [
      luma: number,
      cbNear: number,
      cbFar: number,
      crNear: number,
      crFar: number,
      target: number,
      groups: number,
      rounding: number,
      otherRounding: number,
    ]
  ): void;
}

interface Compiled {
  readonly module: WebAssembly.Module;
  readonly constants: Uint8Array;
}

/** Made once a thread. */
let compiled: Compiled | null = null;

/** The code of the decoder over `memory`. */
export function openDecoderKernel(memory: WebAssembly.Memory): DecoderKernel {
  compiled ??= compile();
  new Uint8Array(memory.buffer).set(compiled.constants, CONSTANTS_AT);
  const { exports } = new WebAssembly.Instance(compiled.module, { [IMPORT_MODULE]: { memory } });
  return exports as unknown as DecoderKernel;
}

function compile(): Compiled {
  const pool = new ConstantPool({ start: CONSTANTS_AT, end: STATE_AT });
  const functions = [
    transformFunction(pool),
    decodeFunction({ transformNumber: 0 }),
    unstuffFunction(pool),
    wholeRowFunction(pool),
    halvedRowFunction(pool),
  ];
  const bytes = encodeModule({ memories: [{ name: "memory", pagesMin: 1 }], functions });
  return { module: new WebAssembly.Module(bytes), constants: pool.bytes };
}
