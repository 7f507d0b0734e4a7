// The filters of `docker ps`.

import type { Filters } from '../../../api/codecs.ts';
import { invalid } from '../../../lib/errors.ts';
import { parseDuration } from '../../../lib/text/duration.ts';
import type { Engine } from '../../engine.ts';
import { type Container, zeroTime } from '../state/container.ts';

type Test = (container: Container) => boolean;
type Rooms = Pick<Engine, 'containers' | 'images' | 'networks'>;

const healths = ['none', 'starting', 'healthy', 'unhealthy'];
const statuses = ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'];

/** Every key has to match, one of its values is enough. Throws `invalid` naming a key or value that is unknown. */
export function containerFilter(engine: Rooms, filters: Filters): Test {
  const tests = Object.entries(filters).map(([key, values]) => {
    const make = Object.hasOwn(makers, key) ? makers[key] : undefined;
    if (!make) throw invalid(`invalid filter '${key}'`);
    return make(values, engine);
  });
  return container => tests.every(test => test(container));
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
  publish: some((container, value) => portMatches(Object.keys(container.record.hostConfig.PortBindings ?? {}), value)),
  expose: some((container, value) => portMatches(Object.keys(container.record.config.ExposedPorts ?? {}), value)),
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

/** `80`, `80/tcp` or a range `8000-8010/udp` against `80/tcp`-like keys. */
function portMatches(keys: string[], text: string): boolean {
  const match = /^(\d+)(?:-(\d+))?(?:\/(tcp|udp|sctp))?$/.exec(text);
  if (!match) throw invalid(`invalid port specification: "${text}"`);
  const [first, last, protocol] = [Number(match[1]), Number(match[2] ?? match[1]), match[3] ?? 'tcp'];
  return keys.some(key => {
    const [port, kind = 'tcp'] = key.split('/');
    return kind === protocol && Number(port) >= first && Number(port) <= last;
  });
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
