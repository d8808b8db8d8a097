import { join } from "node:path";

/** Flips one bit in the middle of every blob in `directory`, and returns how many there are. */
export async function flipBits(directory: string): Promise<number> {
  let count = 0;
  for await (const { name, isDirectory } of Deno.readDir(directory)) {
    const path = join(directory, name);
    if (isDirectory) {
      count += await flipBits(path);
      continue;
    }
    const bytes = await Deno.readFile(path);
    bytes[bytes.length >> 1] ^= 1;
    await Deno.writeFile(path, bytes);
    count++;
  }
  return count;
}
