// `docker logs`: a container's output from its log, as frames.

import { invalid, notImplemented } from '../../../lib/errors.ts';
import type { Frame } from '../../../lib/streams/frames.ts';
import type { LogEntry } from '../../../logs/index.ts';
import type { Engine } from '../../engine.ts';
import { logTarget } from '../log-target.ts';
import type { Container } from '../state/container.ts';
import { logDetails } from './log-details.ts';

/** As the API's query has them: `tail` a number or `all`, `since` and `until` Unix times with decimals. */
export interface LogOptions {
  follow?: boolean;
  stdout?: boolean;
  stderr?: boolean;
  timestamps?: boolean;
  /** Attributes before each line, and a blank, be there any or not. */
  details?: boolean;
  since?: string;
  until?: string;
  tail?: string;
}

/** One frame may hold many lines of one stream. */
const frameLimit = 64 * 1024;

/** Throws `invalid` when no stream is chosen, not-implemented for a driver that cannot be read. */
export function readLogs(
  engine: Pick<Engine, 'containers' | 'logs'>,
  reference: string,
  options: LogOptions,
  signal: AbortSignal,
): { multiplexed: boolean; stream: AsyncIterable<Frame> } {
  const container = engine.containers.get(reference);
  if (!options.stdout && !options.stderr) throw invalid('Bad parameters: you must choose at least one stream');
  if (container.record.hostConfig.LogConfig?.Type === 'none') {
    throw notImplemented('configured logging driver does not support reading');
  }
  const follow = options.follow === true && container.state.Running;
  const batches = engine.logs.readBatches({
    ...logTarget(container),
    tail: parseTail(options.tail),
    since: parseNanoseconds(options.since),
    until: parseNanoseconds(options.until),
    follow,
    stdout: options.stdout === true,
    stderr: options.stderr === true,
    ended: follow ? ended(container, signal) : Promise.resolve(),
    signal,
  });
  return {
    multiplexed: !container.tty,
    stream: toFrames(batches, {
      timestamps: options.timestamps,
      before: options.details && `${logDetails(container.record)} `,
    }),
  };
}

/** Neighbouring lines of one stream travel together. */
async function* toFrames(
  batches: AsyncIterable<LogEntry[]>,
  { timestamps, before }: { timestamps: boolean | undefined; before: string | false | undefined },
): AsyncGenerator<Frame> {
  const details = before ? Buffer.from(before) : undefined;
  for await (const batch of batches) {
    let parts: Buffer[] = [];
    let size = 0;
    let stream: LogEntry['stream'] = 'stdout';
    for (const entry of batch) {
      if (parts.length > 0 && (entry.stream !== stream || size > frameLimit)) {
        yield { stream, data: Buffer.concat(parts) };
        parts = [];
        size = 0;
      }
      stream = entry.stream;
      if (timestamps) parts.push(Buffer.from(`${formatNanoseconds(entry.timeNs)} `));
      if (details) parts.push(details);
      parts.push(entry.data);
      size += entry.data.length;
    }
    if (parts.length > 0) yield { stream, data: Buffer.concat(parts) };
  }
}

/** Settles when the container stops or goes, or the reader does. */
async function ended(container: Container, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const forget = [container.onExit(() => resolve()), container.onRemoved(resolve)];
  signal.addEventListener('abort', () => resolve(), { once: true });
  await promise;
  for (const off of forget) off();
}

/** What is not a number means everything, as in Docker. */
function parseTail(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** `1700000000.000000001`; '' and 0 mean no bound. */
export function parseNanoseconds(text: string | undefined): bigint | undefined {
  if (!text || text === '0') return undefined;
  const match = /^(-?\d+)(?:\.(\d{1,9}))?$/.exec(text);
  if (!match) throw invalid(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  return BigInt(match[1]!) * 1_000_000_000n + BigInt((match[2] ?? '').padEnd(9, '0'));
}

/** RFC 3339 with nine digits, as Docker's fixed-width nano format. */
function formatNanoseconds(time: bigint): string {
  const seconds = new Date(Number(time / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(time % 1_000_000_000n).padStart(9, '0')}Z`;
}
