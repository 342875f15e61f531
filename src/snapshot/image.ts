/** An image reference, split into the parts of OpenTelemetry's container attributes. */
export interface ImageReference {
  /** Registry and repository. */
  readonly name: string;
  readonly tag?: string | undefined;
}

/**
 * Splits `registry:port/repository:tag@digest`. The colon of a tag comes after the last slash.
 *
 * @see https://pkg.go.dev/github.com/distribution/reference
 */
export function splitImage(image: string): ImageReference {
  const [reference = image] = image.split('@', 1);
  const colon = reference.indexOf(':', reference.lastIndexOf('/') + 1);
  if (colon === -1) return { name: reference };
  const tag = reference.slice(colon + 1);
  return { name: reference.slice(0, colon), tag: tag === '' ? undefined : tag };
}
