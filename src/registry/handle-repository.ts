// Requests about one repository: which rights each takes, what does it, and who hears of it.
import type { Descriptor } from '../oci/descriptor.ts';
import type { Identity, Need } from './access/access-control.ts';
import type { Call } from './call.ts';
import type { RegistryContext } from './context.ts';
import type { Route } from './http/route.ts';
import { checkDigest, checkRepositoryName, isRepositoryName, parseManifestName } from './names.ts';
import type { RegistryEvent } from './news/event.ts';
import type { Action } from './options.ts';
import { Refusal } from './refusal.ts';
import { deleteBlob, getBlob } from './routes/blob.ts';
import { listReferrers, listTags } from './routes/lists.ts';
import { deleteManifest, getManifest, pushManifest } from './routes/manifest.ts';
import * as uploads from './routes/uploads.ts';

type RepositoryRoute = Extract<Route, { name: string }>;

const methods: Readonly<Record<RepositoryRoute['kind'], Readonly<Record<string, Action>>>> = {
  tags: { GET: 'pull', HEAD: 'pull' },
  referrers: { GET: 'pull', HEAD: 'pull' },
  blob: { GET: 'pull', HEAD: 'pull', DELETE: 'delete' },
  manifest: { GET: 'pull', HEAD: 'pull', PUT: 'push', DELETE: 'delete' },
  uploads: { POST: 'push' },
  upload: { GET: 'push', PATCH: 'push', PUT: 'push', DELETE: 'push' },
};

/** What one request is about, once it is allowed. */
interface Errand {
  readonly context: RegistryContext;
  readonly call: Call;
  readonly name: string;
  readonly identity: Identity;
}

/** Throws the refusal for names that are none, methods that mean nothing, and whoever may not. */
export async function handleRepository(context: RegistryContext, call: Call, route: RepositoryRoute): Promise<void> {
  const { kind, name } = route;
  checkRepositoryName(name);
  const { method } = call.exchange;
  const action = Object.hasOwn(methods[kind], method) ? methods[kind][method] : undefined;
  if (!action) throw new Refusal('UNSUPPORTED', { headers: { Allow: Object.keys(methods[kind]).join(', ') } });
  const need: Need = { repository: name, actions: action === 'push' ? ['pull', 'push'] : [action] };
  const identity = await context.access.authorize(call.exchange, [need]);
  if (action !== 'pull') checkChange(context, name, action);
  const errand = { context, call, name, identity };
  switch (kind) {
    case 'tags':
      return await listTags(context, call, name);
    case 'referrers':
      return await listReferrers(context, call, name, route.reference);
    case 'blob':
      return await handleBlob(errand, route.reference, action);
    case 'manifest':
      return await handleManifest(errand, route.reference, action);
    case 'uploads':
      return await openUpload(errand);
    case 'upload':
      return await continueUpload(errand, route.reference);
  }
}

function checkChange({ options, upstreams }: RegistryContext, name: string, action: Action): void {
  // Programs tell by the detail that it is not this one request that is refused.
  const refuse = (message: string, detail?: { reason: string }) => new Refusal('UNSUPPORTED', { message, detail });
  if (options.readOnly) throw refuse('the registry is read-only', { reason: 'read-only' });
  if (action === 'delete' && !options.deletion) throw refuse('deletion is disabled', { reason: 'deletion' });
  const cached = upstreams.find(name);
  if (cached && action === 'push') throw refuse(`${name} belongs to ${cached.upstream.options.domain}: push it there`);
}

async function handleBlob({ context, call, name, identity }: Errand, reference: string, action: Action): Promise<void> {
  if (action === 'pull') return await getBlob(context, call, name, reference);
  const digest = deleteBlob(context, call, name, reference);
  tell(context, call, { action: 'delete', repository: name, target: { digest }, actor: identity.name });
}

async function handleManifest(errand: Errand, reference: string, action: Action): Promise<void> {
  const { context, call, name, identity } = errand;
  if (action === 'delete') {
    const target = await deleteManifest(context, call, name, reference);
    return tell(context, call, { action, repository: name, target, actor: identity.name });
  }
  const isPush = action === 'push';
  const serve = isPush ? pushManifest : getManifest;
  const { mediaType, digest, size } = await serve(context, call, name, reference);
  if (call.exchange.method === 'HEAD') return;
  const named = parseManifestName(reference);
  const target = { mediaType, digest, size, ...('tag' in named ? named : {}) };
  tell(context, call, { action: isPush ? 'push' : 'pull', repository: name, target, actor: identity.name });
}

async function openUpload(errand: Errand): Promise<void> {
  const { context, call, name, identity } = errand;
  const mount = call.query.get('mount');
  if (mount !== null) {
    const digest = checkDigest(mount);
    const from = call.query.get('from');
    const source = from ?? context.repositories.lastHolder(digest);
    const isOpen = source !== undefined && isRepositoryName(source) && identity.may('pull', source);
    const mounted = isOpen ? await uploads.mountBlob(context, call, { name, digest, source }) : undefined;
    if (mounted) return tellBlob(errand, 'mount', mounted);
  } else if (call.query.has('digest')) {
    return tellBlob(errand, 'push', await uploads.pushWhole(context, call, name));
  }
  await uploads.startUpload(context, call, name);
}

async function continueUpload(errand: Errand, id: string): Promise<void> {
  const { context, call, name } = errand;
  switch (call.exchange.method) {
    case 'GET':
      return await uploads.uploadStatus(context, call, name, id);
    case 'PATCH':
      return await uploads.patchUpload(context, call, name, id);
    case 'PUT':
      return tellBlob(errand, 'push', await uploads.putUpload(context, call, name, id));
    default:
      return await uploads.cancelUpload(context, call, name, id);
  }
}

function tellBlob(
  { context, call, name, identity }: Errand,
  action: 'push' | 'mount',
  { digest, size }: Pick<Descriptor, 'digest' | 'size'>,
): void {
  if (action === 'push') context.metrics.count('berth_registry_received_bytes_total', {}, size);
  const target = { mediaType: 'application/octet-stream', digest, size };
  tell(context, call, { action, repository: name, target, actor: identity.name });
}

function tell({ news }: RegistryContext, { exchange }: Call, event: RegistryEvent): void {
  const { host = '', 'user-agent': userAgent = '' } = exchange.headers;
  news.tell({
    ...event,
    request: { method: exchange.method, host, userAgent, address: exchange.peer, secure: exchange.secure },
  });
}
