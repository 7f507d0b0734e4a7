// From a request to its answer: the route, the rights it takes, what does it, and how a refusal is said.
import { errorMessage } from '../lib/errors.ts';
import type { Exchange } from '../lib/http/exchange.ts';
import type { Need } from './access/access-control.ts';
import { type Call, commonHeaders, replyJson } from './call.ts';
import type { RegistryContext } from './context.ts';
import { parseRoute, type Route } from './http/route.ts';
import { checkDigest, checkRepositoryName, isRepositoryName } from './names.ts';
import type { Action } from './options.ts';
import { Refusal } from './refusal.ts';
import { deleteBlob, getBlob } from './routes/blob.ts';
import { listCatalog, listReferrers, listTags } from './routes/lists.ts';
import { deleteManifest, getManifest, pushManifest } from './routes/manifest.ts';
import {
  cancelUpload,
  mountBlob,
  patchUpload,
  pushWhole,
  putUpload,
  startUpload,
  uploadStatus,
} from './routes/uploads.ts';

/** Answers one request, whatever happens. */
export async function handleRequest(context: RegistryContext, exchange: Exchange): Promise<void> {
  try {
    await route(context, exchange);
  } catch (error) {
    if (exchange.started) throw error;
    sendRefusal(context, exchange, error);
  }
}

async function route(context: RegistryContext, exchange: Exchange): Promise<void> {
  const [path = '', query = ''] = splitOnce(exchange.target, '?');
  const route = parseRoute(path);
  const call: Call = { exchange, query: new URLSearchParams(query) };
  if (!route) throw new Refusal('UNSUPPORTED', { status: 404, message: 'page not found' });
  if ('name' in route) return await routeRepository(context, call, route);
  if (route.kind === 'token' && context.tokens) {
    if (!/^(GET|POST)$/.test(exchange.method)) throw notAllowed('GET, POST');
    return await context.tokens.answer(call);
  }
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') throw notAllowed('GET, HEAD');
  switch (route.kind) {
    case 'base':
      await context.access.authorize(exchange, 'any');
      return replyJson(call, {});
    case 'catalog':
      return listCatalog(context, call, await context.access.authorize(exchange, 'catalog'));
    default:
      throw new Refusal('UNSUPPORTED', { status: 404, message: 'page not found' });
  }
}

type RepositoryRoute = Extract<Route, { name: string }>;

const methods: Readonly<Record<RepositoryRoute['kind'], Readonly<Record<string, Action>>>> = {
  tags: { GET: 'pull', HEAD: 'pull' },
  referrers: { GET: 'pull', HEAD: 'pull' },
  blob: { GET: 'pull', HEAD: 'pull', DELETE: 'delete' },
  manifest: { GET: 'pull', HEAD: 'pull', PUT: 'push', DELETE: 'delete' },
  uploads: { POST: 'push' },
  upload: { GET: 'push', PATCH: 'push', PUT: 'push', DELETE: 'push' },
};

async function routeRepository(context: RegistryContext, call: Call, route: RepositoryRoute): Promise<void> {
  const { method } = call.exchange;
  const { kind, name } = route;
  checkRepositoryName(name);
  const action = methods[kind][method];
  if (!action) throw notAllowed(Object.keys(methods[kind]).join(', '));
  const need: Need = { repository: name, actions: action === 'push' ? ['pull', 'push'] : [action] };
  const identity = await context.access.authorize(call.exchange, [need]);
  if (action !== 'pull') checkChange(context, action);
  switch (kind) {
    case 'tags':
      return await listTags(context, call, name);
    case 'referrers':
      return await listReferrers(context, call, name, route.reference);
    case 'blob':
      if (action === 'pull') await getBlob(context, call, name, route.reference);
      else deleteBlob(context, call, name, route.reference);
      return;
    case 'manifest':
      if (action === 'pull') await getManifest(context, call, name, route.reference);
      else if (action === 'push') await pushManifest(context, call, name, route.reference);
      else await deleteManifest(context, call, name, route.reference);
      return;
    case 'uploads':
      return await openUpload(context, call, name, source => identity.may('pull', source));
    case 'upload':
      return await continueUpload(context, call, name, route.reference);
  }
}

async function openUpload(
  context: RegistryContext,
  call: Call,
  name: string,
  mayRead: (source: string) => boolean,
): Promise<void> {
  const mount = call.query.get('mount');
  if (mount) {
    const digest = checkDigest(mount);
    const from = call.query.get('from');
    const candidates = from === null ? context.repositories.names() : isRepositoryName(from) ? [from] : [];
    if (await mountBlob(context, call, { name, digest, sources: candidates.filter(mayRead) })) return;
  } else if (call.query.has('digest')) {
    await pushWhole(context, call, name);
    return;
  }
  await startUpload(context, call, name);
}

async function continueUpload(context: RegistryContext, call: Call, name: string, id: string): Promise<void> {
  switch (call.exchange.method) {
    case 'GET':
      return await uploadStatus(context, call, name, id);
    case 'PATCH':
      return await patchUpload(context, call, name, id);
    case 'PUT':
      await putUpload(context, call, name, id);
      return;
    default:
      return await cancelUpload(context, call, name, id);
  }
}

function checkChange({ options }: RegistryContext, action: Action): void {
  if (options.readOnly) throw new Refusal('UNSUPPORTED', { message: 'the registry is read-only' });
  if (action === 'delete' && !options.deletion) throw new Refusal('UNSUPPORTED', { message: 'deletion is disabled' });
}

const notAllowed = (allow: string) => new Refusal('UNSUPPORTED', { headers: { Allow: allow } });

function sendRefusal({ logger }: RegistryContext, exchange: Exchange, error: unknown): void {
  const refusal = error instanceof Refusal ? error : undefined;
  if (!refusal) logger.error('request failed', { method: exchange.method, target: exchange.target, error });
  const body = refusal ?? { errors: [{ code: 'UNKNOWN', message: errorMessage(error) }] };
  const headers = { ...commonHeaders, 'Content-Type': 'application/json', ...refusal?.headers };
  exchange.send(refusal?.status ?? 500, headers, JSON.stringify(body));
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
