/** Files in a directory of their own, which is removed at the end of `using`. */
export class FileTree implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "dml_test_" });

  /** Path inside -> content. */
  constructor(files: Readonly<Record<string, string>>) {
    for (const [name, content] of Object.entries(files)) {
      Deno.mkdirSync(`${this.path}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
      Deno.writeTextFileSync(`${this.path}/${name}`, content);
    }
  }

  /** The names right inside a directory of it, sorted. */
  names(inside = "."): string[] {
    return [...Deno.readDirSync(`${this.path}/${inside}`)].map(({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
