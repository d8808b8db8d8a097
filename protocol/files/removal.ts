import { DmlError } from "../kernel/errors.ts";
import { joinedPath } from "../messages/file_path.ts";
import type { RemoveAnswer, RemoveRequest } from "../messages/files.ts";
import { fileError, type RootDirectory } from "./root_directory.ts";

/**
 * Removes a file, a link itself, or a directory. Throws `path_refused` for a directory with
 * something in it unless `isRecursive`, and for the opened directory; also `file_not_found`.
 */
export async function removeFiles(root: RootDirectory, { path, isRecursive }: RemoveRequest): Promise<RemoveAnswer> {
  if (path === "") throw new DmlError("path_refused", "The directory that the node opened cannot be removed.");
  try {
    return await remove(root, { path, isRecursive });
  } catch (error) {
    throw fileError(error, path);
  }
}

async function remove(root: RootDirectory, { path, isRecursive }: RemoveRequest): Promise<RemoveAnswer> {
  // Looked at anew for each entry, so that a link that takes the place of a directory leads nowhere.
  const place = await root.place(path);
  const info = await Deno.lstat(place);
  if (!info.isDirectory || info.isSymlink) {
    await Deno.remove(place);
    return { files: 1, directories: 0 };
  }
  const answer = { files: 0, directories: 1 };
  for await (const { name } of Deno.readDir(place)) {
    if (!isRecursive) {
      throw new DmlError("path_refused", `${path} is a directory with something in it; --recursive removes all of it.`);
    }
    const below = await remove(root, { path: joinedPath(path, name), isRecursive });
    answer.files += below.files;
    answer.directories += below.directories;
  }
  await Deno.remove(place);
  return answer;
}
