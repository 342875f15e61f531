import {
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  DashboardLinkType,
  RowBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard';
import type { VocabularyName } from '../../src/metrics/vocabulary.ts';
import { exporterPanels } from './exporter-panels.ts';
import { fleetSections } from './fleet-panels.ts';
import { grafanaPanel } from './grafana-panel.ts';
import type { Section } from './panel.ts';
import { type QueryBuilder, queryBuilder } from './query-builder.ts';
import { serviceSections } from './service-panels.ts';
import { taskSections } from './task-panels.ts';
import { FILTERS, variablesOf } from './variables.ts';

export const DASHBOARDS = ['task', 'service', 'fleet'] as const;
export type DashboardName = (typeof DASHBOARDS)[number];

interface DashboardPlan {
  readonly title: string;
  readonly description: string;
  readonly sections: (q: QueryBuilder, vocabulary: VocabularyName) => readonly Section[];
}

const PLANS: Readonly<Record<DashboardName, DashboardPlan>> = {
  task: {
    title: 'ECS task',
    description: 'One task and its containers.',
    sections: (q) => [...taskSections(q), { title: 'Exporter', panels: exporterPanels(q) }],
  },
  service: {
    title: 'ECS service',
    description: 'The tasks of one service, side by side.',
    sections: (q, vocabulary) => [
      ...serviceSections(q, linkTo('task', vocabulary)),
      { title: 'Exporters', panels: exporterPanels(q) },
    ],
  },
  fleet: {
    title: 'ECS fleet',
    description: 'All services and tasks.',
    sections: (q, vocabulary) => [
      ...fleetSections(q, { service: linkTo('service', vocabulary), task: linkTo('task', vocabulary) }),
      { title: 'Exporters', panels: exporterPanels(q) },
    ],
  },
};

/** monitoring/dashboards/*.json: a dashboard for one vocabulary. */
export function dashboardFile(name: DashboardName, vocabulary: VocabularyName): string {
  const { title, description, sections } = PLANS[name];
  const q = queryBuilder(vocabulary, FILTERS[name]);
  const builder = new DashboardBuilder(`${title} (${vocabulary})`)
    .uid(uidOf(name, vocabulary))
    .description(`${description} For metrics with ${vocabulary} names, scraped or pushed.`)
    .tags(['ecs-container-exporter', vocabulary])
    .editable()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: 'now-1h', to: 'now' })
    .refresh('1m')
    .variables([...variablesOf(name, q)])
    .annotations([])
    .links([{ build: () => linkToOthers(vocabulary) }]);
  let id = 0;
  const nextId = () => {
    id += 1;
    return id;
  };
  for (const section of sections(q, vocabulary)) {
    builder.withRow(new RowBuilder(section.title).id(nextId()));
    for (const panel of section.panels) builder.withPanel(grafanaPanel(panel, nextId()));
  }
  return `${JSON.stringify(builder.build(), undefined, 2)}\n`;
}

function uidOf(name: DashboardName, vocabulary: VocabularyName): string {
  return `ecs-container-exporter-${name}-${vocabulary}`;
}

/** Links to the other dashboards of the vocabulary. The SDK's link builder would hide them in a menu. */
function linkToOthers(vocabulary: VocabularyName): DashboardLink {
  return {
    title: 'Dashboards',
    type: DashboardLinkType.Dashboards,
    tags: ['ecs-container-exporter', vocabulary],
    icon: '',
    tooltip: '',
    asDropdown: false,
    targetBlank: false,
    includeVars: true,
    keepTime: true,
  };
}

/** A path of Grafana that opens a dashboard with the clicked value as its task or service. */
function linkTo(name: 'task' | 'service', vocabulary: VocabularyName): string {
  return `/d/${uidOf(name, vocabulary)}?var-datasource=\${datasource}&var-${name}=\${__value.raw}&\${__url_time_range}`;
}
