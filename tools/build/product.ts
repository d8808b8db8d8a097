import { digestOf } from "../../protocol/kernel/digest.ts";
import type { Target } from "./targets.ts";

/** One file that was built. */
export interface Product {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Returns the file name of the build for `target`: plain `dml` if it is for the host that built it,
 * otherwise with the name of the target.
 */
export function productName(
  target: Pick<Target, "name" | "os">,
  { isForThisHost, isZip }: { isForThisHost: boolean; isZip: boolean },
): string {
  const name = isForThisHost ? "dml" : `dml-${target.name}`;
  if (isZip) return `${name}.zip`;
  return target.os === "windows" ? `${name}.exe` : name;
}

/** Formats the checksums of `products` as `sha256sum --check` reads them, sorted by name. */
export function checksums(products: readonly Product[]): string {
  return products.toSorted((a, b) => a.name < b.name ? -1 : 1)
    .map(({ name, bytes }) => `${digestOf(bytes).slice("sha256:".length)}  ${name}\n`).join("");
}
