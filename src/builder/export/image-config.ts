// The configuration blob of a built image: keys, their order and the times of its history as BuildKit's exporter has them.

import { goJson, sortedKeys } from '../../lib/text/go-json.ts';
import type { Digest } from '../../oci/digest.ts';
import type { HistoryEntry, ImageRunConfig } from '../../oci/image-config.ts';
import type { StageState } from '../graph/stage-state.ts';

/** A layer of the result; `created` unless it belongs to the base image. */
interface ExportedLayer {
  readonly diffId: Digest;
  readonly created?: Date | undefined;
}

interface ImageConfigOptions {
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since 1970, for everything that has no time of its own. */
  readonly sourceDateEpoch?: number | undefined;
  /** Further keys. */
  readonly more?: Readonly<Record<string, unknown>> | undefined;
}

/** In the order of Go's structs; empty values are left out. */
const runKeys = [
  ...[
    'User',
    'ExposedPorts',
    'Env',
    'Entrypoint',
    'Cmd',
    'Volumes',
    'WorkingDir',
    'Labels',
    'StopSignal',
    'ArgsEscaped',
  ],
  ...['Healthcheck', 'OnBuild', 'Shell'],
] as const satisfies readonly (keyof ImageRunConfig)[];

/** The bytes of the configuration; `layers` from the lowest up, as many as its history has entries with a layer. */
export function imageConfig(state: StageState, layers: readonly ExportedLayer[], o: ImageConfigOptions): Buffer {
  const { history, created } = finishHistory(state.history, layers, o.sourceDateEpoch);
  const labels = { ...state.config.Labels, ...o.labels };
  const config = { ...state.config, Labels: Object.keys(labels).length > 0 ? labels : null };
  const { base, platform, author } = state;
  const whole: Record<string, unknown> = {
    architecture: platform.architecture,
    author,
    config: orderedConfig(config),
    created,
    history,
    os: platform.os,
    'os.version': base['os.version'],
    'os.features': base['os.features'],
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
    variant: platform.variant ?? base.variant,
    ...o.more,
  };
  return Buffer.from(goJson(sortedKeys(whole)));
}

function orderedConfig(config: ImageRunConfig): Partial<ImageRunConfig> {
  return Object.fromEntries(runKeys.flatMap(key => (isEmpty(config[key]) ? [] : [[key, sorted(config[key])]])));
}

/** Go writes the keys of maps in order. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || 'Test' in value) return value;
  return sortedKeys(value as Record<string, unknown>);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

/**
 * Times of the history: that of the layer for an instruction that made one; for the others the first new layer's before
 * there is one, then that of the layer before. A base image whose history tells less than its layers is filled up.
 */
function finishHistory(
  entries: readonly HistoryEntry[],
  layers: readonly ExportedLayer[],
  epoch: number | undefined,
): { history: HistoryEntry[]; created: string | undefined } {
  const fixed = epoch === undefined ? undefined : new Date(epoch * 1000);
  const times = layers.map(({ created }) => goTime(fixed && created ? fixed : created));
  const history = aligned(entries, layers.length);
  let layer = 0;
  for (const entry of history) {
    if (entry.empty_layer) continue;
    entry.created ??= times[layer];
    layer++;
  }
  const isNew = (entry: HistoryEntry) => entry.created === undefined;
  const firstNew = history.findIndex(isNew);
  const later = firstNew < 0 ? undefined : history.slice(firstNew).find(entry => entry.created !== undefined);
  let current = fixed
    ? goTime(fixed)
    : (later?.created ?? history.findLast(entry => entry.created !== undefined)?.created);
  let wasNew = false;
  for (const entry of history) {
    if (entry.created === undefined) {
      entry.created = current;
      wasNew = true;
    } else if (wasNew) current = entry.created;
  }
  return { history: history.map(orderedEntry), created: history.at(-1)?.created ?? goTime(fixed) };
}

/** As many entries with a layer as there are layers. */
function aligned(entries: readonly HistoryEntry[], layers: number): HistoryEntry[] {
  const history = entries.map(entry => ({ ...entry }));
  const told = history.filter(entry => !entry.empty_layer).length;
  const missing = Array.from(
    { length: Math.max(0, layers - told) },
    (): HistoryEntry => ({ comment: 'buildkit.exporter.image.v0' }),
  );
  return [...missing, ...history];
}

/** Go's order of the fields. */
function orderedEntry({ created, created_by, author, comment, empty_layer }: HistoryEntry): HistoryEntry {
  return {
    ...(created !== undefined && { created }),
    ...(created_by && { created_by }),
    ...(author && { author }),
    ...(comment && { comment }),
    ...(empty_layer && { empty_layer }),
  };
}

/** RFC 3339 without zeros at the end of its fraction. */
function goTime(date: Date | undefined): string | undefined {
  return date?.toISOString().replace(/\.?0*Z$/, 'Z');
}
