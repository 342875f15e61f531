/** Seconds, or a date; 0 for what is neither, and for a time that is past. https://www.rfc-editor.org/rfc/rfc9110#field.retry-after */
export function retryAfterMs(value: string | undefined, wallMs: number): number {
  const text = value?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  // V8 finds a date in nearly everything that holds a number; all of HTTP's begin with the day of the week.
  const ms = /^(?:mon|tue|wed|thu|fri|sat|sun)/i.test(text) ? Date.parse(text) - wallMs : 0;
  return ms > 0 ? ms : 0;
}
