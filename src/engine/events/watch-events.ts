// `docker events`: the past from `since`, then the present until `until`.

import type { Filters } from '../../api/codecs.ts';
import type { EventMessage } from '../../api/types/system.ts';
import { longestTimer } from '../../lib/concurrency/longest-timer.ts';
import { invalid } from '../../lib/errors.ts';
import { familiarName, parseReference } from '../../oci/reference.ts';
import { hasLabel, parseTime } from '../containers/views/filter.ts';
import type { Engine } from '../engine.ts';

/** Times as Unix seconds, RFC 3339 or durations. Throws `invalid` at once for a filter or time that cannot be. */
export function watchEvents(
  engine: Pick<Engine, 'events'>,
  options: { since?: string; until?: string; filters?: Filters },
): AsyncGenerator<EventMessage> {
  const matches = eventFilter(options.filters ?? {});
  const since = options.since ? parseTime(options.since) : undefined;
  const until = options.until ? parseTime(options.until) : undefined;
  if (since !== undefined && until !== undefined && since > until) {
    throw invalid(`\`since\` time (${options.since}) cannot be after \`until\` time (${options.until})`);
  }
  return stream(engine, { since, until, matches });
}

async function* stream(
  engine: Pick<Engine, 'events'>,
  { since, until, matches }: { since?: number; until?: number; matches: (event: EventMessage) => boolean },
): AsyncGenerator<EventMessage> {
  // Listening starts before the past is read, so that nothing falls between.
  const live = engine.events.listen();
  let timer: ReturnType<typeof setTimeout> | undefined;
  try {
    // As Docker has it: whoever names an end gets all there is up to it.
    const wantsPast = since !== undefined || until !== undefined;
    const past = wantsPast ? engine.events.between(since ?? 0, until ?? Number.POSITIVE_INFINITY) : [];
    yield* past.filter(matches);
    const last = past.at(-1)?.timeNano ?? 0;
    if (until !== undefined) {
      const left = until - Date.now();
      // What came in time while the past was read is still to be told.
      if (left <= 0) live.close();
      else timer = setTimeout(() => live.close(), Math.min(left, longestTimer));
    }
    const end = until === undefined ? Number.POSITIVE_INFINITY : until * 1e6;
    for await (const event of live) {
      const isNews = event.timeNano >= last && event.timeNano <= end && !past.includes(event);
      if (isNews && matches(event)) yield event;
    }
  } finally {
    clearTimeout(timer);
    await live.return();
  }
}

/** Keys are anded, values of one key ored, but all labels have to be there, as in Docker. */
function eventFilter(filters: Filters): (event: EventMessage) => boolean {
  const tests = Object.entries(filters).map(([key, values]) => {
    const test = tester(key);
    if (!test) throw invalid(`invalid filter '${key}'`);
    const several = key === 'label' ? values.every.bind(values) : values.some.bind(values);
    return (event: EventMessage) => several(value => test(event, value));
  });
  return event => tests.every(test => test(event));
}

function tester(key: string): ((event: EventMessage, value: string) => boolean) | undefined {
  switch (key) {
    case 'type':
      return (event, value) => event.Type === value;
    case 'event':
      // `exec_start: ls` is found by `exec_start`.
      return (event, value) => event.Action === value || event.Action.startsWith(`${value}:`);
    case 'label':
      return (event, value) => hasLabel(event.Actor.Attributes, value);
    case 'scope':
      return (event, value) => event.scope === value;
    case 'image':
      return (event, value) => actorIs(event, 'image', value) || imageNames(event).includes(value);
    case 'container':
    case 'volume':
    case 'network':
    case 'daemon':
    case 'plugin':
      return (event, value) => actorIs(event, key, value);
    default:
      return undefined;
  }
}

/** What an event calls its image, with its tag and without. */
function imageNames({ Type, Actor }: EventMessage): string[] {
  const { image, name } = Actor.Attributes;
  return [image, Type === 'image' ? name : undefined].flatMap(one => (one ? [one, withoutTag(one)] : []));
}

function withoutTag(reference: string): string {
  try {
    return familiarName(parseReference(reference));
  } catch {
    return reference;
  }
}

function actorIs(event: EventMessage, type: string, value: string): boolean {
  return event.Type === type && (event.Actor.ID.startsWith(value) || event.Actor.Attributes.name === value);
}
