const PICTURE_EXTENSION = /\.(jpe?g|jfif|png|gif|tiff?|webp|avif)$/i;

/** Returns true if the extension of `name` is that of a picture. */
export function isPictureName(name: string): boolean {
  return PICTURE_EXTENSION.test(name);
}
