// `logs`.

import { FrameDecoder } from '../../../lib/streams/frames.ts';
import { command } from '../../command.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { parseTimestamp } from '../../time/parse-timestamp.ts';

export const logs = command({
  usage: '[OPTIONS] CONTAINER',
  args: exactly(1),
  flags: {
    details: bool('Show more about each line, where the driver knows it'),
    follow: bool('Go on with what comes', { short: 'f' }),
    since: string('Only lines since a time ("2013-01-02T13:23:37Z") or age ("42m")'),
    tail: string('How many lines from the end', { short: 'n', initial: 'all' }),
    timestamps: bool('Show when each line came', { short: 't' }),
    until: string('Only lines before a time ("2013-01-02T13:23:37Z") or age ("42m")'),
  },
  async run(context, { flags, args }) {
    const { client, io } = context;
    const container = await client.call('ContainerInspect', { path: { id: args[0]! } });
    const { tail } = flags;
    const [since, until] = [readTime('since', flags.since), readTime('until', flags.until)];
    const stream = await client.stream('ContainerLogs', {
      path: { id: container.Id },
      query: {
        stdout: true,
        stderr: true,
        ...(flags.follow && { follow: true }),
        ...(flags.timestamps && { timestamps: true }),
        ...(flags.details && { details: true }),
        ...(since && { since }),
        ...(until && { until }),
        tail,
      },
    });
    const decoder = container.Config.Tty ? undefined : new FrameDecoder();
    for await (const chunk of stream.body) {
      const frames = decoder ? decoder.decode(chunk) : [{ stream: 'stdout', data: chunk }];
      for (const { stream: name, data } of frames) {
        const output = name === 'stdout' ? io.stdout : io.stderr;
        if (!output.write(data)) await output.drained();
      }
      if (io.stdout.broken) break;
    }
    stream.close();
    return 0;
  },
});

/** As the API wants it; '' for none. Throws a plain Error that names the flag. */
function readTime(flag: string, text: string): string {
  if (text === '') return '';
  try {
    return parseTimestamp(text, Date.now());
  } catch (error) {
    throw new Error(`invalid value for "${flag}": ${(error as Error).message}`, { cause: error });
  }
}
