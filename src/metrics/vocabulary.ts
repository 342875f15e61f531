/** The two languages in which every value can be named. */
export const VOCABULARIES = ['ecs', 'semconv'] as const;
export type VocabularyName = (typeof VOCABULARIES)[number];

/** Prefix of every instrument of the ecs vocabulary; Prometheus turns the dot into `_`. */
export const ECS_PREFIX = 'ecs_task.';

/** Instrumentation scopes: one a vocabulary. */
export const SCOPES: Readonly<Record<VocabularyName, string>> = {
  ecs: 'ecs-container-exporter/ecs',
  semconv: 'ecs-container-exporter/semconv',
};
