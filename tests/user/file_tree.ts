/** Files in a temporary directory that is removed at the end of the scope. */
export class FileTree implements Disposable {
  readonly path = Deno.makeTempDirSync({ prefix: "dml_test_" });

  /** Creates the files; `files` maps relative paths to contents. */
  constructor(files: Readonly<Record<string, string>>) {
    for (const [name, content] of Object.entries(files)) {
      Deno.mkdirSync(`${this.path}/${name}`.replace(/\/[^/]*$/, ""), { recursive: true });
      Deno.writeTextFileSync(`${this.path}/${name}`, content);
    }
  }

  /** Returns the sorted names of the entries directly in the directory `inside`. */
  names(inside = "."): string[] {
    return [...Deno.readDirSync(`${this.path}/${inside}`)].map(({ name }) => name).sort();
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
}
