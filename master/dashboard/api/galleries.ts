import { signal } from "@preact/signals";
import { galleriesSchema, type GalleryListing } from "../../../protocol/http_api/people_api.ts";
import { PATHS } from "../../../protocol/http_api/paths.ts";
import { DEFAULT_GALLERY, NO_GALLERY } from "../../../protocol/kernel/people_names.ts";
import { ask } from "./ask.ts";

/** Gallery that the views are about. */
export const gallery = signal(DEFAULT_GALLERY);

/** Returns the names to choose from: the chosen one, those that there are, and the one by default. */
export function galleryNames(listed: readonly GalleryListing[], own: string | null): string[] {
  const always = own === null ? [gallery.value, DEFAULT_GALLERY] : [own];
  const names = new Set([...always, ...listed.map(({ name }) => name)]);
  names.delete(NO_GALLERY);
  return [...names];
}

/** Returns every gallery that the caller may see. */
export async function loadGalleries(): Promise<GalleryListing[]> {
  return (await ask(PATHS.galleries, galleriesSchema)).galleries;
}
