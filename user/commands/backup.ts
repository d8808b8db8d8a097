import { dirname, join } from "node:path";
import { BACKUP_MEDIA_TYPE, readBackup } from "../../protocol/http_api/backup_archive.ts";
import { PATHS } from "../../protocol/http_api/paths.ts";
import { jsonLine } from "../../protocol/kernel/control_characters.ts";
import { DmlError } from "../../protocol/kernel/errors.ts";
import { newId } from "../../protocol/kernel/id.ts";
import type { Random } from "../../protocol/kernel/random.ts";
import { BackupKey } from "../../protocol/security/backup_key.ts";
import type { BackupCommand } from "../cli/access/access_command.ts";
import { EXIT_OK, EXIT_SOME_FAILED } from "../cli/exit.ts";
import type { MasterHttp } from "../client/http/master_http.ts";
import { fileReason } from "../terminal/file_reason.ts";
import { printable } from "../terminal/render.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** Time without a byte after which a backup is given up: a large database is copied first. */
const TIMEOUT_MS = 120_000;

/**
 * Backs a master up into a file, which gets its name only when it is complete and verified. Prints
 * the key of the backup. Returns the exit code, 1 if the master left out damaged files.
 */
export async function runBackup(
  { file, json }: Pick<BackupCommand, "file" | "json">,
  { http, terminal, random }: { http: MasterHttp; terminal: Terminal; random: Random },
): Promise<number> {
  const key = BackupKey.create();
  const { bytes, parts, damaged } = await receive(file, { http, random, key });
  if (json) terminal.out(jsonLine({ file, bytes, parts, damaged, key: key.text() }));
  else {
    terminal.out(`${bytes.toLocaleString("en")} bytes in ${parts} parts -> ${printable(file)}\n`);
    terminal.out(`Key: ${key.text()}\n`);
    terminal.out("Keep the key, apart from the file: it is shown only now, and nothing is restored without it.\n");
  }
  if (damaged === 0) return EXIT_OK;
  const files = damaged === 1 ? "1 file" : `${damaged} files`;
  terminal.error(`${files} left out, which the disk of the master had damaged; its log names them.\n`);
  return EXIT_SOME_FAILED;
}

async function receive(
  file: string,
  { http, random, key }: { http: MasterHttp; random: Random; key: BackupKey },
): Promise<{ bytes: number; parts: number; damaged: number }> {
  const temporary = join(dirname(file), `.${newId("part", random)}`);
  try {
    // Readable by the owner only, because it contains faces.
    using out = await Deno.open(temporary, { write: true, createNew: true, mode: 0o600 });
    const writer = out.writable.getWriter();
    let bytes = 0;
    const read = async ({ body }: Response) => {
      const written = async function* () {
        for await (const chunk of body ?? []) {
          await writer.write(chunk).catch((cause) => Promise.reject(unwritable(file, cause)));
          bytes += chunk.length;
          yield chunk;
        }
      };
      return await readBackup(written(), { key, visitor: { part: readToEnd } });
    };
    const end = await http.call(PATHS.backup, {
      method: "POST",
      body: JSON.stringify({ key: key.text() }),
      mediaType: "application/json",
      headers: { accept: BACKUP_MEDIA_TYPE },
      timeoutMs: TIMEOUT_MS,
      read,
    });
    await out.syncData();
    await writer.close();
    await Deno.rename(temporary, file);
    return { ...end, bytes };
  } catch (error) {
    await removeQuietly(temporary);
    throw error instanceof DmlError ? error : unwritable(file, error);
  }
}

async function readToEnd(_part: unknown, bytes: AsyncIterable<Uint8Array>): Promise<void> {
  for await (const chunk of bytes) void chunk;
}

function unwritable(file: string, cause: unknown): DmlError {
  return new DmlError("output_unwritable", `${file} cannot be written: ${fileReason(cause)}.`, {
    cause,
    advice: "Name a file in a directory that can be written and has room.",
  });
}

async function removeQuietly(path: string): Promise<void> {
  try {
    await Deno.remove(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
