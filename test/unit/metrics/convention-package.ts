import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

/** A constant of the installed package of OpenTelemetry's semantic conventions. */
export interface ConventionConstant {
  /** `METRIC_CONTAINER_CPU_TIME`, `ATTR_CPU_MODE`, `CPU_MODE_VALUE_USER`. */
  readonly name: string;
  /** `container.cpu.time`, `cpu.mode`, `user`. */
  readonly value: string;
  readonly isDeprecated: boolean;
}

/** A string constant with its comment. Templates (`container.label.<key>`) are functions and do not match. */
const CONSTANT = /\/\*\*((?:(?!\*\/).)*)\*\/\s*declare const ([A-Z0-9_]+): "([^"]+)";/gs;

const FILES = ['stable_metrics', 'experimental_metrics', 'stable_attributes', 'experimental_attributes'] as const;

/** All constants of the package, from its declarations: only their comments mark deprecation. */
export function conventionConstants(): readonly ConventionConstant[] {
  const entry = import.meta.resolve('@opentelemetry/semantic-conventions/incubating');
  return FILES.flatMap((file) => {
    const text = readFileSync(new URL(`${file}.d.mts`, entry), 'utf8');
    const constants = [...text.matchAll(CONSTANT)].map(([, comment = '', name = '', value = '']) => {
      return { name, value, isDeprecated: comment.includes('@deprecated') };
    });
    assert.equal(constants.length, text.match(/^declare const \w+: "/gm)?.length, `${file}: all parsed`);
    return constants;
  });
}
