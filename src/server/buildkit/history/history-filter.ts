// The filters of `docker buildx history ls`, as clients send them: `status==error`, `ref~=abc`, `repository!=…`.
import type { BuildHistoryRecord } from '../../../api/buildkit/history.ts';
import { invalid } from '../../../lib/errors.ts';
import { grpcCodes } from '../../../lib/grpc/status.ts';

type Record = Partial<BuildHistoryRecord>;
export type HistoryFilter = (record: Record) => boolean;

/** A build passes that any of them lets through. Throws `invalid` for one that is none. */
export function historyFilter(texts: readonly string[]): HistoryFilter {
  const filters = texts.map(parseFilter);
  return record => filters.length === 0 || filters.some(matches => matches(record));
}

/** Several in one text, with commas between, have all to be true. */
function parseFilter(text: string): HistoryFilter {
  const parts = text.split(',').map(parseCondition);
  return record => parts.every(matches => matches(record));
}

function parseCondition(text: string): HistoryFilter {
  const [, key = '', operator = '', value = ''] = /^(\w+)(==|!=|~=|<=|>=|<|>)(.*)$/s.exec(text) ?? [];
  switch (key) {
    case 'ref':
      return compare(operator, value, ({ ref = '' }) => ref);
    case 'status':
      return compare(operator, value, statusOf);
    case 'repository':
      return compare(
        operator,
        value,
        ({ frontendAttrs = {} }) => frontendAttrs['vcs:source'] ?? frontendAttrs.context ?? '',
      );
    case 'startedAt':
    case 'completedAt':
    case 'duration':
      // Clients look at times themselves.
      return () => true;
    default:
      throw invalid(`invalid filter ${JSON.stringify(text)}`);
  }
}

function compare(operator: string, value: string, read: (record: Record) => string): HistoryFilter {
  switch (operator) {
    case '==':
      return record => read(record) === value;
    case '!=':
      return record => read(record) !== value;
    case '~=':
      return record => read(record).includes(value);
    default:
      throw invalid(`invalid operator ${operator}: use ==, != or ~=`);
  }
}

function statusOf({ completedAt, error }: Record): string {
  if (completedAt === undefined) return 'running';
  if (!error) return 'completed';
  return error.code === grpcCodes.cancelled ? 'canceled' : 'error';
}
