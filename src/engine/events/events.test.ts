// Events: what they carry, who hears them, filters, and the times they are asked for.

import { beforeEach, describe, expect, test } from 'bun:test';
import type { Filters } from '../../api/codecs.ts';
import type { EventMessage } from '../../api/types/system.ts';
import { outcome } from '../testing/test-engine.ts';
import { EventLog } from './event-log.ts';
import { watchEvents } from './watch-events.ts';

const second = (n: number) => new Date(Date.parse('2024-01-01T00:00:00Z') + n * 1000);
const at = (n: number) => String(second(n).getTime() / 1000);

let events: EventLog;
beforeEach(() => {
  events = new EventLog();
});

function container(action: string, n: number, attributes: Record<string, string> = {}): void {
  events.publish(
    { Type: 'container', Action: action, id: 'c1', attributes: { name: 'web', ...attributes } },
    second(n),
  );
}

/** Everything between two times in the past. */
async function past(filters: Filters = {}, since = at(0), until = at(100)): Promise<string[]> {
  const found: EventMessage[] = [];
  for await (const event of watchEvents({ events }, { since, until, filters })) found.push(event);
  return found.map(event => event.Action);
}

test('an event has the fields of today, and of old clients where they had them', () => {
  events.publish({ Type: 'container', Action: 'start', id: 'c1', attributes: { image: 'app' } }, second(1));
  events.publish({ Type: 'network', Action: 'connect', id: 'n1', attributes: {} }, second(2));
  const [start, connect] = events.between(0, Number.POSITIVE_INFINITY);
  expect(start).toEqual({
    ...{ status: 'start', id: 'c1', from: 'app', Type: 'container', Action: 'start', scope: 'local' },
    Actor: { ID: 'c1', Attributes: { image: 'app' } },
    time: second(1).getTime() / 1000,
    timeNano: second(1).getTime() * 1e6,
  });
  expect(connect).not.toHaveProperty('status');
});

test('the last 256 are kept', () => {
  for (let n = 0; n < 300; n++) container(`a${n}`, n);
  const kept = events.between(0, Number.POSITIVE_INFINITY);
  expect([kept.length, kept[0]?.Action]).toEqual([256, 'a44']);
});

describe('the past', () => {
  test('is shown between two times, both included', async () => {
    for (const n of [1, 2, 3, 4]) container(`a${n}`, n);
    expect(await past({}, at(2), at(3))).toEqual(['a2', 'a3']);
  });

  const table: [filters: Filters, found: string[]][] = [
    [{ type: ['network'] }, ['connect']],
    [{ type: ['network', 'volume'] }, ['connect', 'mount']],
    [{ event: ['exec_start'] }, ['exec_start: ls']],
    [{ event: ['start'] }, ['start']],
    [{ container: ['c1'], event: ['start'] }, ['start']],
    [{ container: ['web'] }, ['start', 'exec_start: ls']],
    [{ container: ['nobody'] }, []],
    [{ image: ['app'] }, ['start', 'tag']],
    [{ image: ['app:1'] }, ['start']],
    [{ image: ['localhost:5000/app'] }, []],
    [{ network: ['n1'] }, ['connect']],
    [{ volume: ['data'] }, ['mount']],
    [{ label: ['tier=front'] }, ['start']],
    [{ label: ['constructor'] }, []],
    [{ label: ['tier', 'tier=back'] }, []],
    [{ scope: ['swarm'] }, []],
  ];
  for (const [filters, found] of table) {
    test(JSON.stringify(filters), async () => {
      container('start', 1, { tier: 'front', image: 'app:1' });
      container('exec_start: ls', 2);
      events.publish({ Type: 'network', Action: 'connect', id: 'n1', attributes: {} }, second(3));
      events.publish({ Type: 'volume', Action: 'mount', id: 'data', attributes: {} }, second(4));
      events.publish({ Type: 'image', Action: 'tag', id: 'sha256:1', attributes: { name: 'app' } }, second(5));
      expect(await past(filters)).toEqual(found);
    });
  }

  test('filters and times that cannot be are refused at once', async () => {
    const watch = (options: object) => outcome(() => watchEvents({ events }, options));
    expect(await watch({ filters: { what: ['x'] } })).toBe("invalid: invalid filter 'what'");
    expect(await watch({ since: 'soon' })).toBe('invalid: failed to parse value as time or duration: "soon"');
    expect(events.listeners).toBe(0);
  });
});

describe('the present', () => {
  test('follows the past without a gap or a repetition, and leaving ends the listening', async () => {
    container('before', 1);
    const watching = watchEvents({ events }, { since: at(0) });
    expect((await watching.next()).value?.Action).toBe('before');
    expect(events.listeners).toBe(1);
    events.publish({ Type: 'container', Action: 'after', id: 'c1', attributes: {} });
    expect((await watching.next()).value?.Action).toBe('after');
    await watching.return(undefined);
    expect(events.listeners).toBe(0);
  });

  test('with until alone there is all of the past, and it ends', async () => {
    container('before', 1);
    const watching = watchEvents({ events }, { until: String((Date.now() + 30) / 1000) });
    expect((await watching.next()).value?.Action).toBe('before');
    container('now', 2);
    expect((await watching.next()).value?.Action).toBe('now');
    expect((await watching.next()).done).toBe(true);
    expect(events.listeners).toBe(0);
  });

  test('however slowly it is read, what came before its end is told, and nothing later', async () => {
    container('before', 1);
    const watching = watchEvents({ events }, { until: at(3) });
    expect((await watching.next()).value?.Action).toBe('before');
    for (const n of [2, 3, 4]) container(`a${n}`, n);
    expect((await Array.fromAsync(watching)).map(event => event.Action)).toEqual(['a2', 'a3']);
    expect(events.listeners).toBe(0);
  });

  test('without an end it begins now', async () => {
    container('before', 1);
    const watching = watchEvents({ events }, {});
    const first = watching.next();
    await Bun.sleep(0);
    events.publish({ Type: 'container', Action: 'now', id: 'c1', attributes: {} });
    expect((await first).value?.Action).toBe('now');
    await watching.return(undefined);
  });

  test('a listener that does not read loses the oldest, nobody else does', async () => {
    const slow = events.listen();
    for (let n = 0; n < 10_005; n++) container(`a${n}`, n);
    expect(slow.size).toBe(10_000);
    expect((await slow.next()).value?.Action).toBe('a5');
    await slow.return();
  });
});
