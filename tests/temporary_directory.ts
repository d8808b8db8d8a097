/**
 * Makes a directory that is removed with its content at the end of the scope: `await using
 * directory = await temporaryDirectory()`.
 */
export async function temporaryDirectory(): Promise<AsyncDisposable & { path: string }> {
  const path = await Deno.makeTempDir({ prefix: "dml_test_" });
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}
