/** Returns a .npy file of version 1, as numpy writes it. */
export function npyFile(
  descriptor: string,
  shape: readonly number[],
  data: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const header = `{'descr': '${descriptor}', 'fortran_order': False, 'shape': (${dims}), }`;
  return npyOf(header, data);
}

/** Returns a .npy file with any header, padded with spaces as numpy pads it. */
export function npyOf(header: string, data: Uint8Array, version = 1): Uint8Array<ArrayBuffer> {
  const lengthBytes = version === 1 ? 2 : 4;
  const unpadded = 8 + lengthBytes + header.length + 1;
  const text = `${header}${" ".repeat((64 - unpadded % 64) % 64)}\n`;
  const start = 8 + lengthBytes;
  const bytes = new Uint8Array(start + text.length + data.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0]);
  bytes.set([text.length & 255, text.length >> 8], 8);
  bytes.set(new TextEncoder().encode(text), start);
  bytes.set(data, start + text.length);
  return bytes;
}
