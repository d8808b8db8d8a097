import { join, relative, resolve, sep as SEPARATOR } from "node:path";
import { asStorageError } from "../host/durable_file.ts";
import { DmlError } from "../kernel/errors.ts";
import { faultOfPath, PARTS_FOLDER, splitPath } from "../messages/file_path.ts";

/** A file that was opened, and its state then. */
export interface OpenedFile extends Disposable {
  readonly file: Deno.FsFile;
  readonly info: Deno.FileInfo;
}

/**
 * A directory that nothing may lead out of. Deno cannot open a file relative to an open directory,
 * so the real path is looked at before a file is opened, and again afterwards.
 */
export class RootDirectory {
  readonly path: string;
  /** `null` if links are followed wherever they lead. */
  readonly #real: string | null;

  private constructor(path: string, real: string | null) {
    this.path = path;
    this.#real = real;
  }

  /** Opens the directory at the absolute `path`. Throws `file_unreadable` if it is none. */
  static async open(path: string): Promise<RootDirectory> {
    try {
      if (!(await Deno.stat(path)).isDirectory) throw new DmlError("file_unreadable", `${path} is no directory.`);
      return new RootDirectory(path, await Deno.realPath(path));
    } catch (error) {
      throw fileError(error, path);
    }
  }

  /** Returns a directory out of which links may lead: that of the files that a person names. */
  static following(path: string): RootDirectory {
    return new RootDirectory(path, null);
  }

  /** Path of the folder for unfinished files. */
  get partsPath(): string {
    return join(this.path, PARTS_FOLDER);
  }

  /**
   * Returns where `path` is to be found. The directories before its last name are real ones inside;
   * its last name may be a link, or not be there. Throws `path_refused` or `file_not_found`.
   */
  async place(path: string): Promise<string> {
    this.#check(path);
    const { parent, name } = splitPath(path);
    if (this.#real === null) return resolve(this.path, path);
    return join(await this.#inside(join(this.path, parent), path), name);
  }

  /** Returns the place of what `path` leads to over links. Throws `path_refused` or `file_not_found`. */
  async resolve(path: string): Promise<string> {
    this.#check(path);
    if (this.#real === null) return resolve(this.path, path);
    return await this.#inside(join(this.path, path), path);
  }

  /** Returns the state of `path`, not of what it links to; `null` if it is not there. */
  async look(path: string): Promise<Deno.FileInfo | null> {
    try {
      const place = await this.place(path);
      return this.#real === null ? await Deno.stat(place) : await Deno.lstat(place);
    } catch (error) {
      const known = fileError(error, path);
      if (known.code === "file_not_found") return null;
      throw known;
    }
  }

  /**
   * Opens a file for reading. Throws `path_refused`, `file_not_found`, or `file_unreadable` for
   * anything but a regular file.
   */
  async openFile(path: string): Promise<OpenedFile> {
    try {
      const place = await this.resolve(path);
      const before = await Deno.stat(place);
      // A pipe would wait for its other end.
      if (!before.isFile) throw new DmlError("file_unreadable", `${path} is no regular file.`);
      const file = await Deno.open(place);
      try {
        const info = await file.stat();
        if (!isSameFile(info, before) || await this.resolve(path) !== place) throw changedUnder(path);
        return { file, info, [Symbol.dispose]: () => file[Symbol.dispose]() };
      } catch (error) {
        file.close();
        throw error;
      }
    } catch (error) {
      throw fileError(error, path);
    }
  }

  /** Makes a directory and those above it, if they are not there. Throws `path_refused`. */
  async makeDirectory(path: string): Promise<void> {
    const names = path === "" ? [] : path.split("/");
    for (const index of names.keys()) {
      const part = names.slice(0, index + 1).join("/");
      try {
        await Deno.mkdir(await this.place(part), { mode: 0o755 });
      } catch (error) {
        if (!(error instanceof Deno.errors.AlreadyExists)) throw fileError(error, part);
        if (!(await Deno.stat(await this.resolve(part))).isDirectory) {
          throw new DmlError("path_refused", `${part} is a file, not a directory.`);
        }
      }
    }
  }

  /** Makes the folder for unfinished files. Throws `path_refused` if a link has taken its place. */
  async makePartsFolder(): Promise<void> {
    try {
      await Deno.mkdir(this.partsPath, { mode: 0o700 });
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw fileError(error, PARTS_FOLDER);
    }
    const info = await Deno.lstat(this.partsPath);
    if (!info.isDirectory || info.isSymlink) {
      throw new DmlError("path_refused", `${PARTS_FOLDER} is no directory.`, { advice: "Remove it." });
    }
  }

  #check(path: string): void {
    const fault = faultOfPath(path, { forWindows: Deno.build.os === "windows" });
    if (fault !== null && this.#real !== null) {
      throw new DmlError("path_refused", `${JSON.stringify(path.slice(0, 200))} is no path here: ${fault}.`);
    }
  }

  /** Returns `place` by its real directories, in terms of the path of this directory. */
  async #inside(place: string, path: string): Promise<string> {
    let real: string;
    try {
      real = await Deno.realPath(place);
    } catch (error) {
      throw fileError(error, path);
    }
    const root = this.#real ?? this.path;
    const below = root.endsWith(SEPARATOR) ? root : root + SEPARATOR;
    if (real === root) return this.path;
    if (real.startsWith(below)) return join(this.path, relative(root, real));
    throw new DmlError("path_refused", `${path} leads out of the directory, over a link.`);
  }
}

/** Returns true if both are states of one regular file. */
export function isSameFile(one: Deno.FileInfo, other: Deno.FileInfo): boolean {
  return one.isFile && other.isFile && one.dev === other.dev && one.ino === other.ino;
}

/** Returns the error of a path that leads elsewhere than a moment ago. */
export function changedUnder(path: string): DmlError {
  return new DmlError("path_refused", `${path} was replaced while it was opened.`, { advice: "Run it again." });
}

/** Returns an error of the file system about `path` as a {@linkcode DmlError}. */
export function fileError(error: unknown, path: string): DmlError {
  if (error instanceof DmlError) return error;
  const name = path === "" ? "The directory" : path;
  if (error instanceof Deno.errors.NotFound) return new DmlError("file_not_found", `There is no ${name}.`);
  const isClosed = error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable;
  const what = isClosed ? "file_unreadable" : "internal";
  const known = asStorageError(error, { what: name, fallback: what });
  if (known.code !== "internal") return known;
  return new DmlError("file_unreadable", known.message, { cause: error });
}
