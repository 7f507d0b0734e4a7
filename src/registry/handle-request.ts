// From a request to its answer: the rights it takes, what does it, and how a refusal is said.
import { errorMessage } from '../lib/errors.ts';
import type { Exchange } from '../lib/http/exchange.ts';
import { splitOnce } from '../lib/text/split-once.ts';
import { type Call, commonHeaders, replyJson } from './call.ts';
import type { Collector } from './collect/collector.ts';
import type { RegistryContext } from './context.ts';
import { handleRepository } from './handle-repository.ts';
import { parseRoute, type Route } from './http/route.ts';
import { Refusal } from './refusal.ts';
import { listCatalog } from './routes/lists.ts';
import { searchRepositories } from './routes/search.ts';
import { sendHealth, sendMetrics } from './routes/state.ts';

/** Those that are counted by name: a client may send any word. */
const countedMethods: readonly string[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** What a request may ask for, a collection of garbage included. */
export type ServingContext = RegistryContext & {
  readonly collector: Pick<Collector, 'run' | 'expireUploads' | 'close'>;
};

/** Answers one request, whatever happens. */
export async function handleRequest(context: ServingContext, exchange: Exchange): Promise<void> {
  const started = performance.now();
  const [path = '', query = ''] = splitOnce(exchange.target, '?');
  const route = parseRoute(path);
  try {
    await answer(context, { exchange, query: new URLSearchParams(query) }, route);
  } catch (error) {
    if (exchange.started) throw error;
    sendRefusal(context, exchange, error);
  } finally {
    const { method, status } = exchange;
    const counted = countedMethods.includes(method) ? method : 'other';
    const labels = { route: route?.kind ?? 'none', method: counted, status: String(status) };
    context.metrics.count('berth_registry_requests_total', labels);
    const seconds = (performance.now() - started) / 1000;
    context.metrics.count('berth_registry_request_seconds_total', { route: labels.route }, seconds);
    context.logger.debug('request', { method, target: exchange.target, status });
  }
}

async function answer(context: ServingContext, call: Call, route: Route | undefined): Promise<void> {
  const { exchange } = call;
  if (!route) throw new Refusal('UNSUPPORTED', { status: 404, message: 'page not found' });
  if ('name' in route) return await handleRepository(context, call, route);
  switch (route.kind) {
    case 'token':
      if (!context.tokens) break;
      allow(exchange, ['GET', 'POST']);
      return await context.tokens.answer(call);
    case 'collection':
      allow(exchange, ['POST']);
      await context.access.authorize(exchange, [{ repository: '*', actions: ['delete'] }]);
      return replyJson(call, await collectGarbage(context, call.query.get('dry-run')));
    default:
      allow(exchange, ['GET', 'HEAD']);
      return await answerGet(context, call, route.kind);
  }
  throw new Refusal('UNSUPPORTED', { status: 404, message: 'page not found' });
}

/** `dry-run`: nothing goes, and what would is named. */
async function collectGarbage({ options, collector }: ServingContext, dryRun: string | null): Promise<unknown> {
  if (dryRun !== null && dryRun !== 'false') {
    const removes: string[] = [];
    return { ...(await collector.run({ dryRun: true, onGone: what => removes.push(what) })), removes };
  }
  if (options.readOnly) throw new Refusal('UNSUPPORTED', { message: 'the registry is read-only' });
  return await collector.run();
}

type GetKind = 'base' | 'catalog' | 'search' | 'ping' | 'metrics' | 'health';

async function answerGet(context: RegistryContext, call: Call, kind: GetKind): Promise<void> {
  const { access } = context;
  const { exchange } = call;
  switch (kind) {
    case 'base':
      await access.authorize(exchange, 'any');
      return replyJson(call, {});
    case 'catalog':
      return listCatalog(context, call, await access.authorize(exchange, 'catalog'));
    case 'search':
      return await searchRepositories(context, call, await access.authorize(exchange, 'visible'));
    case 'ping':
      return replyJson(call, { standalone: true }, { 'X-Docker-Registry-Version': '2.0' });
    case 'metrics':
      await access.authorize(exchange, 'any');
      return sendMetrics(context, call);
    case 'health':
      return await sendHealth(context, call);
  }
}

function allow(exchange: Exchange, methods: readonly string[]): void {
  if (!methods.includes(exchange.method)) throw new Refusal('UNSUPPORTED', { headers: { Allow: methods.join(', ') } });
}

function sendRefusal({ logger }: RegistryContext, exchange: Exchange, error: unknown): void {
  const refusal = error instanceof Refusal ? error : undefined;
  if (!refusal && !exchange.signal.aborted) {
    logger.error('request failed', { method: exchange.method, target: exchange.target, error });
  }
  const body = refusal ?? { errors: [{ code: 'UNKNOWN', message: errorMessage(error) }] };
  const headers = { ...commonHeaders, 'Content-Type': 'application/json', ...refusal?.headers };
  exchange.send(refusal?.status ?? 500, headers, JSON.stringify(body));
}
