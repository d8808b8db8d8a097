/// <reference lib="deno.worker" />
import { openGallery } from "../../../models/gallery/gallery_reader.ts";
import type { GalleryView } from "../../../models/gallery/gallery_view.ts";

/** Answers who is nearest in the view that it is sent. */
self.onmessage = ({ data }: MessageEvent<{ view: GalleryView; embedding: Float32Array }>) => {
  const { view, embedding } = data;
  const nearest = openGallery(view).match(embedding, { countMax: 5 });
  self.postMessage({ nearest, isShared: view.memory.buffer instanceof SharedArrayBuffer });
};
