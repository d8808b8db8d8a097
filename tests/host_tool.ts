/**
 * True if the CI script has checked that every tool is installed: a test skipped there would hide a
 * failure.
 */
const ARE_ALL_HERE = Boolean(Deno.env.get("DML_TEST_TOOLS"));

/**
 * Returns true if this host has no program called `name`, so that the test that needs it is
 * skipped.
 */
export function isMissing(name: string): boolean {
  if (ARE_ALL_HERE) return false;
  try {
    new Deno.Command(name, { args: ["--version"], stdin: "null" }).outputSync();
    return false;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    throw error;
  }
}
