// How the registry is: for monitors.
import { access, constants } from 'node:fs/promises';
import { errorMessage } from '../../lib/errors.ts';
import { type Call, commonHeaders } from '../call.ts';
import type { RegistryContext } from '../context.ts';

/** `/healthz`: 200 when it can do its work, 503 when its folder is gone or may not be written to. */
export async function sendHealth({ options }: RegistryContext, { exchange }: Call): Promise<void> {
  const headers = { ...commonHeaders, 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  try {
    await access(options.root, options.readOnly ? constants.R_OK : constants.R_OK | constants.W_OK);
    exchange.send(200, headers, JSON.stringify({ status: 'ok', readOnly: options.readOnly }));
  } catch (error) {
    exchange.send(503, headers, JSON.stringify({ status: 'failing', error: errorMessage(error) }));
  }
}

/** `/metrics` */
export function sendMetrics({ metrics }: RegistryContext, { exchange }: Call): void {
  exchange.send(200, { ...commonHeaders, 'Content-Type': 'text/plain; version=0.0.4' }, metrics.format());
}

/** The numbers that are read when somebody looks. */
export function addReadings({ metrics, repositories, news }: RegistryContext): void {
  const rss = () => process.memoryUsage.rss();
  metrics.addReading({
    name: 'berth_registry_repositories',
    type: 'gauge',
    help: 'Repositories there are.',
    read: () => repositories.names().length,
  });
  metrics.addReading({
    name: 'process_resident_memory_bytes',
    type: 'gauge',
    help: 'Resident memory size in bytes.',
    read: rss,
  });
  const webhooks = (key: 'waiting' | 'delivered' | 'failures' | 'dropped') => () =>
    news.states().map(state => ({ labels: { webhook: state.name }, value: state[key] }));
  const about = {
    waiting: 'Events that wait.',
    delivered: 'Events delivered.',
    failures: 'Failed deliveries.',
    dropped: 'Events given up.',
  };
  for (const [key, help] of Object.entries(about)) {
    const type = key === 'waiting' ? 'gauge' : 'counter';
    metrics.addReading({
      name: `berth_registry_webhook_${key}`,
      type,
      help,
      read: webhooks(key as keyof typeof about),
    });
  }
}
