// `berth registry gc`: collects garbage in a folder that nobody serves.

import { existsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Distribution } from '../../distribution/index.ts';
import { CleanupStack } from '../../lib/cleanup-stack.ts';
import { notFound } from '../../lib/errors.ts';
import { createLogger } from '../../lib/logger.ts';
import { humanSize } from '../../lib/text/units.ts';
import { Registry } from '../../registry/index.ts';
import type { OptionValues } from '../configuration/parse-flags.ts';
import { claimRoot } from './claim-root.ts';
import { flagTime } from './configuration/checks.ts';
import { configurationReader } from './configuration/configuration.ts';

/** Prints what went. Throws `conflict` when the folder is served: its registry collects by itself; `not-found`. */
export async function collect(values: OptionValues, isRoot: boolean): Promise<number> {
  const { grace, 'dry-run': dryRun = false, ...flags } = values as OptionValues & { 'dry-run'?: boolean };
  const { options, logLevel, logFormat } = (await configurationReader(flags, isRoot))();
  const milliseconds = grace === undefined ? options.collection.grace : flagTime('grace', grace as string);
  const level = logLevel === 'info' ? 'warn' : logLevel;
  const logger = createLogger({ write: line => void writeSync(2, line), level: () => level, format: logFormat });
  await using undo = new CleanupStack();
  // A folder of a mistyped name is not to be made a registry.
  if (!existsSync(join(options.root, 'repositories'))) throw notFound(`there is no registry in ${options.root}`);
  await claimRoot(options.root, undo);
  const registries = new Distribution({}, { logger });
  const registry = new Registry(
    { ...options, access: undefined, webhooks: [], collection: { ...options.collection, interval: 0 } },
    { logger, registries },
  );
  undo.defer('registry', () => registry.close());
  const verb = dryRun ? 'Would remove' : 'Removed';
  if (!dryRun) await registry.recover();
  const uploads = dryRun ? {} : { 'abandoned uploads': await registry.expireUploads() };
  const onGone = (what: string) => void writeSync(1, `${verb} ${what}\n`);
  const { tags, manifests, blobs, bytes } = await registry.collect({ grace: milliseconds, dryRun, onGone });
  const counts = { tags, manifests, blobs, ...uploads };
  for (const [what, count] of Object.entries(counts)) writeSync(1, `${verb} ${what}: ${count}\n`);
  writeSync(1, `Total ${dryRun ? 'reclaimable' : 'reclaimed'} space: ${humanSize(bytes)}\n`);
  return 0;
}
