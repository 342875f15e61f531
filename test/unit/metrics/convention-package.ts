import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** What the installed package of OpenTelemetry's semantic conventions says of one of its constants. */
export interface ConventionConstant {
  /** `METRIC_CONTAINER_CPU_TIME`, `ATTR_CPU_MODE`, `CPU_MODE_VALUE_USER`. */
  readonly name: string;
  /** `container.cpu.time`, `cpu.mode`, `user`. */
  readonly value: string;
  readonly isDeprecated: boolean;
}

/** A constant of a text, with the comment before it. Templates (`container.label.<key>`) are functions, and left out. */
const CONSTANT = /\/\*\*((?:(?!\*\/).)*)\*\/\s*declare const ([A-Z0-9_]+): "([^"]+)";/gs;

const FILES = ['stable_metrics', 'experimental_metrics', 'stable_attributes', 'experimental_attributes'] as const;

/** Every constant of the package, out of its declarations: what is deprecated stands only in their comments. */
export function conventionConstants(): readonly ConventionConstant[] {
  const entry = import.meta.resolve('@opentelemetry/semantic-conventions/incubating');
  return FILES.flatMap((file) => {
    const text = readFileSync(new URL(`${file}.d.mts`, entry), 'utf8');
    const constants = [...text.matchAll(CONSTANT)].map(([, comment = '', name = '', value = '']) => {
      return { name, value, isDeprecated: comment.includes('@deprecated') };
    });
    assert.equal(constants.length, text.match(/^declare const \w+: "/gm)?.length, `${file}: all were understood`);
    return constants;
  });
}
