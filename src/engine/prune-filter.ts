// What `prune` may be restricted to: age and labels, for every kind of thing alike.

import type { Filters } from '../api/codecs.ts';
import { invalid } from '../lib/errors.ts';
import { hasLabel, parseTime } from './containers/views/filter.ts';

/** What is looked at: RFC 3339, and labels where there are any. */
interface Prunable {
  created: string;
  labels: Record<string, string> | null | undefined;
}

/** `until`, `label` and `label!`, and the keys in `others`, which are the caller's business. Throws `invalid`. */
export function pruneFilter(filters: Filters, others: readonly string[] = []): (thing: Prunable) => boolean {
  const { until, label = [], 'label!': notLabel = [], ...rest } = filters;
  const unknown = Object.keys(rest).find(key => !others.includes(key));
  if (unknown !== undefined) throw invalid(`invalid filter '${unknown}'`);
  if (until && until.length > 1) throw invalid('more than one until filter specified');
  const before = until?.[0] === undefined ? undefined : parseTime(until[0]);
  return ({ created, labels }) =>
    (before === undefined || Date.parse(created) < before) &&
    label.every(text => hasLabel(labels ?? {}, text)) &&
    !notLabel.some(text => hasLabel(labels ?? {}, text));
}
