// `events`.

import type { EventMessage } from '../../../api/types/system.ts';
import { addFilter } from '../../../lib/filters.ts';
import { command } from '../../command.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { string } from '../../grammar/flag.ts';
import { objectFormatter } from '../../output/format-object.ts';
import { formatRfc3339Nano } from '../../time/format-time.ts';
import { parseTimestamp } from '../../time/parse-timestamp.ts';
import { filterFlag, formatFlag } from '../flags.ts';

export const events = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    filter: filterFlag(),
    format: formatFlag({}),
    since: string('Show what happened since this time'),
    until: string('Stop at this time'),
  },
  async run(context, { flags }) {
    const filters = flags.filter.reduce(addFilter, {});
    const now = Date.now();
    const stream = await context.client.stream('SystemEvents', {
      query: {
        ...(flags.since && { since: parseTimestamp(flags.since, now) }),
        ...(flags.until && { until: parseTimestamp(flags.until, now) }),
        ...(Object.keys(filters).length > 0 && { filters }),
      },
    });
    const format = flags.format ? objectFormatter(flags.format) : eventText;
    for await (const line of textLines(stream.body)) {
      // JSON is passed on as it came: nanoseconds do not fit a JavaScript number.
      await context.print(`${flags.format === 'json' ? line : format(readEvent(line))}\n`);
      if (context.io.stdout.broken) break;
    }
    stream.close();
    return 0;
  },
});

type Event = Omit<EventMessage, 'timeNano'> & { timeNano: bigint };

function readEvent(line: string): Event {
  const event = JSON.parse(line) as EventMessage;
  const digits = /"timeNano":(\d+)/.exec(line)?.[1];
  return { ...event, timeNano: BigInt(digits ?? event.time * 1e9) };
}

function eventText(object: unknown): string {
  const { timeNano, Type, Action, Actor } = object as Event;
  const attributes = Object.entries(Actor.Attributes ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`);
  const suffix = attributes.length > 0 ? ` (${attributes.join(', ')})` : '';
  return `${formatRfc3339Nano(timeNano)} ${Type} ${Action} ${Actor.ID}${suffix}`;
}

async function* textLines(source: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of source) {
    rest = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      const line = rest.toString('utf8', 0, end).trim();
      rest = rest.subarray(end + 1);
      if (line !== '') yield line;
    }
  }
  if (rest.length > 0) yield rest.toString('utf8').trim();
}
