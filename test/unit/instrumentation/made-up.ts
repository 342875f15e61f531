import type {
  MetricDefinition,
  MetricSet,
  Reading,
  ReadingSource,
  Readings,
  SeriesAttributes,
} from '../../../instrumentation/metric-definition.ts';
import { createResourceBuilder } from '../../../instrumentation/resource.ts';

/** A metric table that has nothing to do with ECS. */
export const TEMPERATURE: MetricDefinition = {
  name: 'room.temperature',
  kind: 'gauge',
  unit: 'Cel',
  description: 'How warm it is.',
};
export const ENERGY: MetricDefinition = {
  name: 'room.energy',
  kind: 'counter',
  unit: 'J',
  description: 'Heat so far.',
};
export const PEOPLE: MetricDefinition = {
  name: 'room.people',
  kind: 'updowncounter',
  unit: '{person}',
  description: 'Who is in.',
};

export const ROOMS: MetricSet = { scope: 'test/rooms', version: '1.0.0', metrics: [TEMPERATURE, ENERGY, PEOPLE] };

export const HUMIDITY: MetricDefinition = {
  name: 'garden.humidity',
  kind: 'gauge',
  unit: '1',
  description: 'How wet it is.',
};
export const GARDEN: MetricSet = { scope: 'test/garden', version: '2.0.0', metrics: [HUMIDITY] };

export interface FakeSource extends ReadingSource {
  /** Makes new readings the current ones. */
  show(rooms: readonly Reading[], garden?: readonly Reading[]): void;
  readings: Readings;
  identity: SeriesAttributes;
  /** How often the readings were asked for. */
  readonly asked: number;
}

export function fakeSource(): FakeSource {
  let asked = 0;
  const source: FakeSource = {
    readings: { byScope: new Map() },
    identity: Object.freeze({}),
    current: () => {
      asked += 1;
      return source.readings;
    },
    resource: () => source.identity,
    show: (rooms, garden = []) => {
      source.readings = {
        byScope: new Map([
          [ROOMS.scope, rooms],
          [GARDEN.scope, garden],
        ]),
      };
    },
    get asked() {
      return asked;
    },
  };
  return source;
}

/** Attributes of a room: the same object for the same name, as a source gives them. */
export function createRooms(): (name: string) => SeriesAttributes {
  const known = new Map<string, SeriesAttributes>();
  return (name) => {
    const attributes = known.get(name) ?? Object.freeze({ room: name });
    known.set(name, attributes);
    return attributes;
  };
}

export function pipelineOptions(source: ReadingSource, sets: readonly MetricSet[] = [ROOMS]) {
  const build = createResourceBuilder({
    serviceName: 'test',
    isServiceNameGiven: false,
    serviceVersion: '0',
    resourceAttributes: {},
  });
  return { source, sets, resource: () => build(source.resource()) };
}
