// Records of the build cache as rows of `buildx du` and `prune`.
import type { UsageRecord } from '../../api/buildkit/control.ts';
import { humanDuration } from '../../lib/text/duration.ts';
import { alignColumns } from '../../lib/text/table.ts';
import { humanSize } from '../../lib/text/units.ts';

type Usage = Partial<UsageRecord>;

const ago = (date: Date | undefined) => (date ? `${humanDuration(Date.now() - date.getTime())} ago` : '');

/** As Go prints a time. */
const goTime = (date: Date | undefined) =>
  date
    ?.toISOString()
    .replace('T', ' ')
    .replace(/\.?0*Z$/, ' +0000 UTC') ?? '';

/** A star stands for what is not settled: an id that changes, a size others share. */
function row({ id = '', mutable, inUse, size = 0, shared, lastUsedAt }: Usage): string {
  return [`${id}${mutable ? '*' : ''}`, String(!inUse), `${humanSize(size)}${shared ? '*' : ''}`, ago(lastUsedAt)].join(
    '\t',
  );
}

/** Largest last, as buildx lists them; heads first. */
export function usageTable(records: readonly Usage[]): string[] {
  const sorted = records.toSorted((a, b) => Number(a.shared) - Number(b.shared) || (a.size ?? 0) - (b.size ?? 0));
  return alignColumns(['ID\tRECLAIMABLE\tSIZE\tLAST ACCESSED', ...sorted.map(row)]);
}

/** Everything about each record, with an empty line after it. */
export function usageDetails(records: readonly Usage[]): string[] {
  return records.flatMap(record => {
    const { parents = [], description, usageCount = 0, lastUsedAt, recordType } = record;
    const fields: [string, string][] = [
      ['ID', record.id ?? ''],
      ...(parents.length > 0 ? ([['Parents', parents.join(', ')]] as [string, string][]) : []),
      ['Created at', goTime(record.createdAt)],
      ['Mutable', String(record.mutable ?? false)],
      ['Reclaimable', String(!record.inUse)],
      ['Shared', String(record.shared ?? false)],
      ['Size', humanSize(record.size ?? 0)],
      ...(description ? ([['Description', description]] as [string, string][]) : []),
      ['Usage count', String(usageCount)],
      ...(lastUsedAt ? ([['Last used', ago(lastUsedAt)]] as [string, string][]) : []),
      ...(recordType ? ([['Type', recordType]] as [string, string][]) : []),
    ];
    return [...fields.map(([name, value]) => `${`${name}:`.padEnd(14)}${value}`), ''];
  });
}

/** One JSON document a record, with the names and order of buildx. */
export function usageJson(records: readonly Usage[]): string[] {
  return records.map(record =>
    JSON.stringify({
      CreatedAt: goTime(record.createdAt),
      Description: record.description ?? '',
      ID: record.id ?? '',
      LastUsedAt: ago(record.lastUsedAt),
      Mutable: record.mutable ?? false,
      Parents: record.parents?.length ? record.parents : null,
      Reclaimable: !record.inUse,
      Shared: record.shared ?? false,
      Size: humanSize(record.size ?? 0),
      Type: record.recordType ?? '',
      UsageCount: record.usageCount ?? 0,
    }),
  );
}

/** What all of them take together. */
export function usageSummary(records: readonly Usage[]): string[] {
  const sum = (some: readonly Usage[]) => humanSize(some.reduce((total, { size = 0 }) => total + size, 0));
  const shared = records.filter(record => record.shared);
  const parts = [`Reclaimable:\t${sum(records.filter(({ inUse }) => !inUse))}`, `Total:\t${sum(records)}`];
  if (shared.length === 0) return alignColumns(parts, { minWidth: 0, padding: 2 });
  const own = [`Shared:\t${sum(shared)}`, `Private:\t${sum(records.filter(record => !record.shared))}`];
  return alignColumns([...own, ...parts], { minWidth: 0, padding: 2 });
}
