/** Set by `.ci/run` when it has seen to it that every tool is there: then a test that leaves itself out would be a lie. */
const ARE_ALL_HERE = Boolean(Deno.env.get("DML_TEST_TOOLS"));

/** Whether this host has no program called `name`, so that the test that asks it is left out. */
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
