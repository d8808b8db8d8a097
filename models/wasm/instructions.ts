/**
 * The few instructions of WebAssembly that dml writes by hand, each as the bytes that the specification (WebAssembly 3.0, chapter
 * "Binary Format") gives it. Code is in the order of a stack machine: operands first. Whatever takes instructions as arguments
 * writes theirs before its own.
 */
export type Code = readonly number[];

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
  return [0xfd, ...unsigned(opcode), ...immediates.flat()];
}

export const local = {
  get: (index: number): Code => [0x20, ...unsigned(index)],
  set: (index: number, value: Code): Code => [...value, 0x21, ...unsigned(index)],
};

export const control = {
  /** Does `body` and, while the number that it leaves is not 0, again. */
  loop: (body: Code, again: Code): Code => [0x03, 0x40, ...body, ...again, 0x0d, 0, 0x0b],
};

export const i32 = {
  constant: (value: number): Code => [0x41, ...signed(value)],
  add: (one: Code, other: Code): Code => [...one, ...other, 0x6a],
  multiply: (one: Code, other: Code): Code => [...one, ...other, 0x6c],
  isLessUnsigned: (one: Code, other: Code): Code => [...one, ...other, 0x49],
};

export const f32 = {
  constant: (value: number): Code => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
};

export const v128 = {
  load: (at: Place, address: Code): Code => [...address, ...vector(0x00, place(at))],
  store: (at: Place, address: Code, value: Code): Code => [...address, ...value, ...vector(0x0b, place(at))],
  zero: (): Code => vector(0x0c, new Array(16).fill(0)),
};

export const i16x8 = {
  /** Eight signed bytes, each as a 16-bit number. */
  load8x8: (at: Place, address: Code): Code => [...address, ...vector(0x01, place(at))],
};

export const i32x4 = {
  add: (one: Code, other: Code): Code => [...one, ...other, ...vector(0xae)],
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
