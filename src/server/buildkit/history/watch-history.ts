// `docker buildx history` asks for the builds there were, and hears of those that come.
import {
  type BuildHistoryEvent,
  type BuildHistoryRequest,
  buildHistoryEventType,
} from '../../../api/buildkit/history.ts';
import type { Builder } from '../../../builder/index.ts';
import { AsyncQueue } from '../../../lib/streams/async-queue.ts';
import { untilAborted } from '../../../lib/streams/until-aborted.ts';
import type { BuildJobs } from '../solve/build-jobs.ts';
import { type HistoryFilter, historyFilter } from './history-filter.ts';
import { messageOf, runningMessage } from './record-message.ts';

type Event = Partial<BuildHistoryEvent>;

interface HistorySources {
  readonly jobs: BuildJobs;
  readonly history: Pick<Builder['history'], 'list' | 'find'>;
}

/** What happened and, unless the client leaves then, what happens. Throws `invalid` for a filter that makes no sense. */
export async function* watchHistory(
  request: BuildHistoryRequest,
  { jobs, history }: HistorySources,
  signal: AbortSignal,
): AsyncGenerator<Event> {
  const matches = historyFilter(request.filter);
  const news = new AsyncQueue<Event>();
  using _watch = jobs.watch(change => {
    const event = eventOf(change, history);
    if (event && isWanted(event, request, matches)) news.push(event);
  });
  const running = jobs.list().map(job => ({ type: buildHistoryEventType.started, record: runningMessage(job) }));
  const over = history.list().map(record => ({ type: buildHistoryEventType.complete, record: messageOf(record) }));
  const known = [...(request.activeOnly ? [] : over), ...running].filter(event => isWanted(event, request, matches));
  yield* request.limit > 0 ? known.slice(-request.limit) : known;
  if (!request.earlyExit) yield* untilAborted(news, signal);
}

/** Undefined for a build that nobody is to hear of. */
function eventOf(
  change: Parameters<Parameters<BuildJobs['watch']>[0]>[0],
  history: HistorySources['history'],
): Event | undefined {
  if (change.kind === 'started') return { type: buildHistoryEventType.started, record: runningMessage(change.job) };
  if (change.kind === 'deleted') return { type: buildHistoryEventType.deleted, record: { ref: change.ref } };
  const record = history.find(change.ref);
  return record && { type: buildHistoryEventType.complete, record: messageOf(record) };
}

function isWanted({ record }: Event, request: BuildHistoryRequest, matches: HistoryFilter): boolean {
  return record !== undefined && (request.ref === '' || record.ref === request.ref) && matches(record);
}
