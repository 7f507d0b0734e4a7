// The filters of `docker ps`.

import type { Filters } from '../../../api/codecs.ts';
import { invalid } from '../../../lib/errors.ts';
import { ownEntry } from '../../../lib/own-entry.ts';
import { parseDuration } from '../../../lib/text/duration.ts';
import type { Engine } from '../../engine.ts';
import { type Container, zeroTime } from '../state/container.ts';
import { summarisePorts } from './network-settings.ts';

type Test = (container: Container) => boolean;
type Rooms = Pick<Engine, 'containers' | 'images' | 'networks'>;

const healths = ['none', 'starting', 'healthy', 'unhealthy'];
const statuses = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];

/** Every key has to match, one of its values is enough; of ports one of either kind. Throws `invalid` naming a key or value that is unknown. */
export function containerFilter(engine: Rooms, filters: Filters): Test {
  const { publish, expose, ...others } = filters;
  const ports = publish || expose ? portTest({ publish, expose }, engine) : () => true;
  const tests = Object.entries(others).map(([key, values]) => {
    const make = ownEntry(makers, key);
    if (!make) throw invalid(`invalid filter '${key}'`);
    return make(values, engine);
  });
  return container => tests.every(test => test(container)) && ports(container);
}

const some =
  (match: (container: Container, value: string) => boolean) =>
  (values: string[]): Test =>
  container =>
    values.some(value => match(container, value));

const makers: Record<string, (values: string[], engine: Rooms) => Test> = {
  id: some((container, value) => container.id.startsWith(value)),
  name: values => {
    const patterns = values.map(value => pattern(value));
    return container => patterns.some(regexp => regexp.test(container.name) || regexp.test(`/${container.name}`));
  },
  label: values => container => values.every(value => hasLabel(container.record.config.Labels ?? {}, value)),
  status: values => {
    for (const value of values) {
      if (!statuses.includes(value)) {
        throw invalid(
          `invalid filter 'status=${value}': invalid value for state (${value}): must be one of ${statuses.join(', ')}`,
        );
      }
    }
    return container => values.includes(container.state.Status);
  },
  exited: values => {
    const codes = values.map(value => {
      if (!/^-?\d+$/.test(value)) {
        throw invalid(`invalid filter 'exited=${value}': strconv.Atoi: parsing "${value}": invalid syntax`);
      }
      return Number(value);
    });
    return container =>
      !container.state.Running && container.state.StartedAt !== zeroTime && codes.includes(container.state.ExitCode);
  },
  ancestor: (values, { images }) => {
    const ids = new Set(values.flatMap(value => images.descendants(value)));
    return container => ids.has(container.record.imageId);
  },
  before: (values, engine) => {
    const time = engine.containers.get(values[0] ?? '').record.created;
    return container => container.record.created < time;
  },
  since: (values, engine) => {
    const time = engine.containers.get(values[0] ?? '').record.created;
    return container => container.record.created > time;
  },
  volume: some((container, value) =>
    container.record.mounts.some(
      mount => mount.name === value || mount.destination === value || mount.source === value,
    ),
  ),
  network: (values, engine) => {
    const ids = values.map(value => engine.networks.find(value)?.id ?? value);
    return container => {
      const mode = container.record.hostConfig.NetworkMode ?? '';
      return ids.includes(engine.networks.find(mode)?.id ?? mode);
    };
  },
  health: values => {
    for (const value of values) {
      if (!healths.includes(value)) {
        throw invalid(
          `invalid filter 'health=${value}': invalid value for health (${value}): must be one of ${healths.join(', ')}`,
        );
      }
    }
    return container => values.includes(container.state.Health?.Status ?? 'none');
  },
  'is-task': values => {
    const wanted = truth('is-task', values);
    return () => !wanted;
  },
  isolation: () => () => true,
};

/** The value of a filter that is true or false. Throws `invalid`. */
export function truth(key: string, values: readonly string[]): boolean {
  if (values.every(value => ['1', 'true'].includes(value))) return true;
  if (values.every(value => ['0', 'false'].includes(value))) return false;
  throw invalid(`invalid filter '${key}=[${values.join(' ')}]'`);
}

/** `label` or `label=value`. */
export function hasLabel(labels: Record<string, string>, text: string): boolean {
  const equals = text.indexOf('=');
  const name = equals < 0 ? text : text.slice(0, equals);
  return Object.hasOwn(labels, name) && (equals < 0 || labels[name] === text.slice(equals + 1));
}

/** Ports of the host, or of the container, as they are while it runs. */
function portTest(asked: { publish?: string[] | undefined; expose?: string[] | undefined }, engine: Rooms): Test {
  const published = (asked.publish ?? []).map(parsePorts);
  const exposed = (asked.expose ?? []).map(parsePorts);
  const within = (ranges: PortRange[], port: number | undefined, type: string) =>
    ranges.some(range => port !== undefined && range.type === type && port >= range.first && port <= range.last);
  return container =>
    container.running &&
    summarisePorts(engine, container).some(
      ({ PublicPort, PrivatePort, Type }) => within(published, PublicPort, Type) || within(exposed, PrivatePort, Type),
    );
}

interface PortRange {
  first: number;
  last: number;
  type: string;
}

/** `80`, `80/tcp` or a range `8000-8010/udp`. Throws `invalid`. */
function parsePorts(text: string): PortRange {
  const match = /^(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/.exec(text);
  if (!match) throw invalid(`invalid port specification: "${text}"`);
  return { first: Number(match[1]), last: Number(match[2] ?? match[1]), type: match[3] ?? 'tcp' };
}

/** Docker matches names as regular expressions, anywhere in the name. */
function pattern(text: string): RegExp {
  try {
    return new RegExp(text);
  } catch {
    // What is no expression matches nothing, as in Docker.
    return /(?!)/;
  }
}

/** Unix seconds, RFC 3339, or a Go duration before now; milliseconds since 1970. Throws `invalid`. */
export function parseTime(text: string, now: number = Date.now()): number {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  if (!Number.isNaN(date)) return date;
  try {
    return now - parseDuration(text) / 1e6;
  } catch (error) {
    throw invalid(`failed to parse value as time or duration: "${text}"`, error);
  }
}
