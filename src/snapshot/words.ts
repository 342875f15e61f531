import type { Refusals } from './refusals.ts';
import { textOf } from './values.ts';

/** For a word that is none: the endpoint's statuses and codes are label values, so they may not be just anything. */
export const OTHER = 'OTHER';

const STATUS = /^[A-Z][A-Z_]{0,39}$/;
const CODE = /^[A-Za-z][A-Za-z0-9_.]{0,63}$/;

/** A status such as `RUNNING`, in upper case. AWS adds some now and then, so any word of that shape is one. */
export function statusOf(value: unknown, refusals: Refusals): string | undefined {
  const status = textOf(value, refusals)?.toUpperCase();
  return status === undefined || STATUS.test(status) ? status : OTHER;
}

/** The code of an error of AWS, such as `AccessDeniedException`. An error without one has the code `OTHER`. */
export function errorCodeOf(value: unknown, refusals: Refusals): string {
  const code = textOf(value, refusals);
  return code !== undefined && CODE.test(code) ? code : OTHER;
}
