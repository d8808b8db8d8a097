import { jsonLine } from "../../../protocol/kernel/control_characters.ts";
import { inspectOnnx } from "../../../models/onnx/inspect.ts";
import { refuseUnservable } from "../../../models/onnx/refuse_unservable.ts";
import { asStorageError, writeFileDurably } from "../../../protocol/host/durable_file.ts";
import { DmlError } from "../../../protocol/kernel/errors.ts";
import { EXIT_OK } from "../../cli/exit.ts";
import type { ModelsAdd, ModelsCommand } from "../../cli/models_command.ts";
import { withFileName } from "../../model_import/error_subject.ts";
import { formatBytes, printable } from "../../terminal/render.ts";
import type { ModelsContext } from "./context.ts";
import { openSource } from "./open_source.ts";

/**
 * Keeps the file that the command names at `path`, for a model of several files, and adds nothing.
 * Throws `model_invalid` if no node could serve it, `output_unwritable` or `disk_full` if it cannot
 * be written.
 */
export async function saveModelFile(
  path: string,
  context: ModelsContext & {
    readonly command: Pick<ModelsAdd, "source" | "sha256"> & Pick<ModelsCommand, "json">;
    readonly tell: (line: string) => void;
  },
): Promise<number> {
  const { command: { json, ...wanted }, terminal } = context;
  const { bytes, sha256, fileName } = await openSource(wanted, context);
  withFileName(fileName, () => refuseUnservable(inspectOnnx(bytes)));
  try {
    await writeFileDurably(path, bytes);
  } catch (error) {
    const { code, message } = asStorageError(error, { what: path, fallback: "output_unwritable" });
    const advice = "Name a file in a directory that exists and has room, and that you can write to, with --save.";
    throw new DmlError(code, message, { cause: error, advice });
  }
  terminal.out(
    json ? jsonLine({ path, size: bytes.length, sha256 }) : `${printable(path)} has ${formatBytes(bytes.length)}.\n`,
  );
  return EXIT_OK;
}
