/** Texts shorter than this turn up in ordinary words: hiding them would garble messages and protect nothing. */
const MIN_LENGTH = 4;

/**
 * A function that takes secrets out of a text. What a receiver says of a failure may hold the header that it refused.
 *
 * @param secrets header values; of "Bearer abc" the parts are hidden too.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const parts = secrets.flatMap((secret) => [secret, ...secret.split(/\s+/)]);
  const forms = parts.flatMap((part) => [part, encodeURIComponent(part), JSON.stringify(part).slice(1, -1)]);
  const hidden = [...new Set(forms)].filter((part) => part.length >= MIN_LENGTH);
  // The longest first, so that no part of a longer one stays behind.
  hidden.sort((a, b) => b.length - a.length);
  return (text) => hidden.reduce((shown, secret) => shown.replaceAll(secret, '***'), text);
}
