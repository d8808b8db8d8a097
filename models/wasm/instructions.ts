/**
 * The few instructions of WebAssembly that dml writes by hand, each as the bytes that the specification (WebAssembly 3.0, chapter
 * "Binary Format") gives it. Code is in the order of a stack machine: operands first. Whatever takes instructions as arguments
 * writes theirs before its own.
 */
export type Code = readonly number[];

/** A vector has 128 bits. */
export const VECTOR_BYTES = 16;

/** One after the other. Spreading long lists into each other instead takes a multiple of the time, as long as that is not compiled. */
export function sequence(...codes: readonly Code[]): Code {
  return ([] as Code).concat(...codes);
}

/** An unsigned number in LEB128: seven bits a byte, least first. */
export function unsigned(value: number): Code {
  const bytes = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push(0x80 | rest % 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return [...bytes, rest];
}

/** A signed 32-bit number in LEB128. */
export function signed(value: number): Code {
  const bytes = [];
  let rest = value | 0;
  while (rest < -0x40 || rest >= 0x40) {
    bytes.push(0x80 | rest & 0x7f);
    rest >>= 7;
  }
  return [...bytes, rest & 0x7f];
}

/** Where a load or a store goes: the memory's number and what is added to the address on the stack, in bytes. */
export interface Place {
  readonly memory: number;
  readonly offset: number;
}

/** Bit 6 of the alignment says that the number of the memory follows. Alignment is a hint; 0 promises nothing. */
function place({ memory, offset }: Place): Code {
  return memory === 0 ? [0, ...unsigned(offset)] : [0x40, ...unsigned(memory), ...unsigned(offset)];
}

function vector(opcode: number, ...immediates: readonly Code[]): Code {
  return sequence([0xfd], unsigned(opcode), ...immediates);
}

export const local = {
  get: (index: number): Code => [0x20, ...unsigned(index)],
  set: (index: number, value: Code): Code => [...value, 0x21, ...unsigned(index)],
  /** Sets, and leaves the value. */
  tee: (index: number, value: Code): Code => [...value, 0x22, ...unsigned(index)],
};

export const control = {
  /** Does `body` and, while the number that it leaves is not 0, again. */
  loop: (body: Code, again: Code): Code => sequence([0x03, 0x40], body, again, [0x0d, 0, 0x0b]),
  /** Does `body`, and again where it branches to this. */
  repeat: (body: Code): Code => sequence([0x03, 0x40], body, [0x0b]),
  /** Does `body`, or what it does not branch past: to its end. */
  block: (body: Code): Code => sequence([0x02, 0x40], body, [0x0b]),
  /** Does `body` as long as `condition` is not 0. */
  while: (condition: Code, body: Code): Code => control.if(condition, control.loop(body, condition)),
  if: (condition: Code, body: Code): Code => sequence(condition, [0x04, 0x40], body, [0x0b]),
  ifElse: (condition: Code, body: Code, otherwise: Code): Code =>
    sequence(condition, [0x04, 0x40], body, [0x05], otherwise, [0x0b]),
  /** To the end of the block, or the start of the loop, that is `depth` of these (and of ifs) further out. */
  branch: (depth: number): Code => [0x0c, ...unsigned(depth)],
  branchIf: (depth: number, condition: Code): Code => [...condition, 0x0d, ...unsigned(depth)],
  return: (value: Code = []): Code => [...value, 0x0f],
  call: (index: number, ...values: readonly Code[]): Code => [...values.flat(), 0x10, ...unsigned(index)],
};

export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  add: (one: Code, other: Code): Code => [...one, ...other, 0x6a],
  multiply: (one: Code, other: Code): Code => [...one, ...other, 0x6c],
  divideUnsigned: (one: Code, other: Code): Code => [...one, ...other, 0x6e],
  /** `one` if `condition` is not 0, else `other`. */
  select: (one: Code, other: Code, condition: Code): Code => [...one, ...other, ...condition, 0x1b],
  isLessUnsigned: (one: Code, other: Code): Code => [...one, ...other, 0x49],
  load: (at: Place, address: Code): Code => [...address, 0x28, ...place(at)],
  load8Unsigned: (at: Place, address: Code): Code => [...address, 0x2d, ...place(at)],
  load16Signed: (at: Place, address: Code): Code => [...address, 0x2e, ...place(at)],
  store: (at: Place, address: Code, value: Code): Code => [...address, ...value, 0x36, ...place(at)],
  store8: (at: Place, address: Code, value: Code): Code => [...address, ...value, 0x3a, ...place(at)],
  store16: (at: Place, address: Code, value: Code): Code => [...address, ...value, 0x3b, ...place(at)],
  isZero: (value: Code): Code => [...value, 0x45],
  isEqual: (one: Code, other: Code): Code => [...one, ...other, 0x46],
  isNotEqual: (one: Code, other: Code): Code => [...one, ...other, 0x47],
  isGreaterUnsigned: (one: Code, other: Code): Code => [...one, ...other, 0x4b],
  leadingZeros: (value: Code): Code => [...value, 0x67],
  trailingZeros: (value: Code): Code => [...value, 0x68],
  populationCount: (value: Code): Code => [...value, 0x69],
  subtract: (one: Code, other: Code): Code => [...one, ...other, 0x6b],
  and: (one: Code, other: Code): Code => [...one, ...other, 0x71],
  or: (one: Code, other: Code): Code => [...one, ...other, 0x72],
  xor: (one: Code, other: Code): Code => [...one, ...other, 0x73],
  shiftLeft: (value: Code, count: Code): Code => [...value, ...count, 0x74],
  shiftRightSigned: (value: Code, count: Code): Code => [...value, ...count, 0x75],
  shiftRightUnsigned: (value: Code, count: Code): Code => [...value, ...count, 0x76],
  wrapI64: (value: Code): Code => [...value, 0xa7],
};

export const i64 = {
  constant: (value: number): Code => [0x42, ...signed(value)],
  load: (at: Place, address: Code): Code => [...address, 0x29, ...place(at)],
  store: (at: Place, address: Code, value: Code): Code => [...address, ...value, 0x37, ...place(at)],
  /** Stores the lower half. */
  store32: (at: Place, address: Code, value: Code): Code => [...address, ...value, 0x3e, ...place(at)],
  isZero: (value: Code): Code => [...value, 0x50],
  trailingZeros: (value: Code): Code => [...value, 0x7a],
  subtract: (one: Code, other: Code): Code => [...one, ...other, 0x7d],
  and: (one: Code, other: Code): Code => [...one, ...other, 0x83],
  or: (one: Code, other: Code): Code => [...one, ...other, 0x84],
  shiftLeft: (value: Code, count: Code): Code => [...value, ...count, 0x86],
  shiftRightSigned: (value: Code, count: Code): Code => [...value, ...count, 0x87],
  shiftRightUnsigned: (value: Code, count: Code): Code => [...value, ...count, 0x88],
  extendI32Unsigned: (value: Code): Code => [...value, 0xad],
};

export const f32 = {
  constant: (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
};

export const v128 = {
  load: (at: Place, address: Code): Code => [...address, ...vector(0x00, place(at))],
  /** Four bytes, four times. */
  load32Splat: (at: Place, address: Code): Code => [...address, ...vector(0x09, place(at))],
  /** The first eight bytes; the others are 0. */
  load64: (at: Place, address: Code): Code => [...address, ...vector(0x5d, place(at))],
  store: (at: Place, address: Code, value: Code): Code => [...address, ...value, ...vector(0x0b, place(at))],
  zero: (): Code => vector(0x0c, new Array(VECTOR_BYTES).fill(0)),
  and: (one: Code, other: Code): Code => [...one, ...other, ...vector(0x4e)],
  or: (one: Code, other: Code): Code => [...one, ...other, ...vector(0x50)],
  xor: (one: Code, other: Code): Code => [...one, ...other, ...vector(0x51)],
  /** 1 if any bit is set, else 0. */
  anyTrue: (value: Code): Code => [...value, ...vector(0x53)],
  /** Stores one half: lane 0 or 1 of 64 bits. */
  store64Lane: (at: Place, address: Code, value: Code, lane: 0 | 1): Code => [
    ...address,
    ...value,
    ...vector(0x5b, place(at), [lane]),
  ],
};

export const i8x16 = {
  splat: (value: Code): Code => [...value, ...vector(0x0f)],
  /** Sixteen of the bytes of both, by position; those of `other` begin at 16. */
  shuffle: (one: Code, other: Code, lanes: readonly number[]): Code => [...one, ...other, ...vector(0x0d, lanes)],
  /** The bytes of `value` at the positions that `lanes` holds; 0 for positions beyond 15. */
  swizzle: (value: Code, lanes: Code): Code => [...value, ...lanes, ...vector(0x0e)],
  isEqual: (one: Code, other: Code): Code => [...one, ...other, ...vector(0x23)],
  isNotEqual: (one: Code, other: Code): Code => [...one, ...other, ...vector(0x24)],
  /** The highest bit of each byte, that of the first lowest. */
  bitmask: (value: Code): Code => [...value, ...vector(0x64)],
  /** Sixteen signed 16-bit numbers as signed bytes, the nearest there is. */
  narrowI16x8: (one: Code, other: Code): Code => [...one, ...other, ...vector(0x65)],
  /** Sixteen signed 16-bit numbers as unsigned bytes, the nearest there is. */
  narrowI16x8Unsigned: (one: Code, other: Code): Code => [...one, ...other, ...vector(0x66)],
};

export const i16x8 = {
  /** Eight signed bytes, each as a 16-bit number. */
  load8x8: (at: Place, address: Code): Code => [...address, ...vector(0x01, place(at))],
  /** Eight unsigned bytes, each as a 16-bit number. */
  load8x8Unsigned: (at: Place, address: Code): Code => [...address, ...vector(0x02, place(at))],
  splat: (value: Code): Code => [...value, ...vector(0x10)],
  isEqual: (one: Code, other: Code): Code => [...one, ...other, ...vector(0x2d)],
  isGreaterSigned: (one: Code, other: Code): Code => [...one, ...other, ...vector(0x31)],
  isAtLeastUnsigned: (one: Code, other: Code): Code => [...one, ...other, ...vector(0x36)],
  /** `(one x other + 2^14) >> 15`, signed, the nearest there is. */
  multiplyQ15: (one: Code, other: Code): Code => [...one, ...other, ...vector(0x82)],
  absolute: (value: Code): Code => [...value, ...vector(0x80)],
  bitmask: (value: Code): Code => [...value, ...vector(0x84)],
  /** Eight signed 32-bit numbers as 16-bit ones, the nearest there is. */
  narrowI32x4: (one: Code, other: Code): Code => [...one, ...other, ...vector(0x85)],
  shiftLeft: (value: Code, count: Code): Code => [...value, ...count, ...vector(0x8b)],
  shiftRightSigned: (value: Code, count: Code): Code => [...value, ...count, ...vector(0x8c)],
  shiftRightUnsigned: (value: Code, count: Code): Code => [...value, ...count, ...vector(0x8d)],
  add: (one: Code, other: Code): Code => [...one, ...other, ...vector(0x8e)],
  subtract: (one: Code, other: Code): Code => [...one, ...other, ...vector(0x91)],
  multiply: (one: Code, other: Code): Code => [...one, ...other, ...vector(0x95)],
};

export const i32x4 = {
  splat: (value: Code): Code => [...value, ...vector(0x11)],
  add: (one: Code, other: Code): Code => [...one, ...other, ...vector(0xae)],
  subtract: (one: Code, other: Code): Code => [...one, ...other, ...vector(0xb1)],
  multiply: (one: Code, other: Code): Code => [...one, ...other, ...vector(0xb5)],
  shiftLeft: (value: Code, count: Code): Code => [...value, ...count, ...vector(0xab)],
  shiftRightSigned: (value: Code, count: Code): Code => [...value, ...count, ...vector(0xac)],
  /** The products of eight pairs of 16-bit numbers, neighbours added. */
  dotI16x8: (one: Code, other: Code): Code => [...one, ...other, ...vector(0xba)],
  /** Four of the eight numbers of both, by position; those of `other` begin at 4. */
  pick: (one: Code, other: Code, lanes: readonly [number, number, number, number]): Code => [
    ...one,
    ...other,
    ...vector(0x0d, lanes.flatMap((lane) => [0, 1, 2, 3].map((byte) => 4 * lane + byte))),
  ],
};

export const f32x4 = {
  splat: (value: Code): Code => [...value, ...vector(0x13)],
  add: (one: Code, other: Code): Code => [...one, ...other, ...vector(0xe4)],
  multiply: (one: Code, other: Code): Code => [...one, ...other, ...vector(0xe6)],
  /** The greater of each two; what is no number in `other` is passed over. */
  greater: (one: Code, other: Code): Code => [...one, ...other, ...vector(0xeb)],
  fromI32x4: (value: Code): Code => [...value, ...vector(0xfa)],
};
