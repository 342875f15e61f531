/** What a thrown value says: an error's message, or the value as a text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
