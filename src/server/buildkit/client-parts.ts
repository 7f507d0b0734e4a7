// What a build needs of the client that asked for it: its files, its secrets, and where results go that it keeps itself.
import { posix } from 'node:path';
import type { SourceDefinition } from '../../api/buildkit/definitions.ts';
import type {
  BlobStore,
  BuildSource,
  ContextSources,
  OwnedSource,
  RegistryCredentials,
  TreeTarget,
} from '../../builder/index.ts';
import { invalid } from '../../lib/errors.ts';
import { sendDirectory } from './session/send-directory.ts';
import { sendLayout } from './session/send-layout.ts';
import type { Session } from './session/session.ts';
import { SessionSource } from './session/session-source.ts';
import type { RequestParts } from './solve/requests/solve-request.ts';

interface ClientPartsOptions {
  readonly session: () => Promise<Session>;
  /** Of the session. */
  readonly id: string;
  readonly sources: ContextSources;
  readonly parsePlatform: RequestParts['parsePlatform'];
  readonly signal: AbortSignal;
}

/** Dispose of it after the build: the files it brought go then. */
export async function openClientParts(o: ClientPartsOptions): Promise<RequestParts> {
  const { session, sources, parsePlatform } = o;
  const locals = new Map<string, BuildSource>();
  /** What was brought, each once. */
  const remotes = new Map<string, OwnedSource>();
  const folder = await sources.folder();
  const layouts: string[] = [];

  function local(name: string): BuildSource {
    const { mirrors, handed } = sources;
    const known = locals.get(name) ?? new SessionSource(name, { session, id: o.id, mirrors, handed });
    locals.set(name, known);
    return known;
  }

  function once(key: string, open: () => OwnedSource): OwnedSource {
    const known = remotes.get(key) ?? open();
    remotes.set(key, known);
    return known;
  }
  function remote(address: string, { keepGitDir = false } = {}): OwnedSource {
    return once(`${address}${keepGitDir ? ' with .git' : ''}`, () => openRemote(address, keepGitDir, o));
  }

  function defined(source: SourceDefinition): BuildSource {
    const { identifier, attrs, path = '/', unpack = false } = source;
    const [scheme = ''] = identifier.split(':', 1);
    if (scheme === 'git') return remote(gitAddress(source));
    if (path !== '/') throw invalid(`unsupported directory ${path} of ${identifier}`);
    if (scheme === 'local') return local(identifier.slice('local://'.length));
    if (scheme !== 'http' && scheme !== 'https') {
      throw invalid(`unsupported source ${identifier}: there are git, http, https and local`);
    }
    if (unpack) return remote(identifier);
    return once(`file ${identifier}`, () => sources.webFile(identifier, { name: attrs['http.filename'] }));
  }

  function layout(exporter: number): TreeTarget {
    const path = `${folder.path}/${exporter}`;
    layouts.push(path);
    return { kind: 'directory', path };
  }

  function tree(exporter: number): TreeTarget {
    const visit: Visit = async (root, { signal, ...told }) =>
      sendDirectory((await session()).sendFiles(exporter, signal), root, { ...told, report() {} });
    return { kind: 'visit', visit };
  }

  return {
    parsePlatform,
    sources: { local, remote, defined },
    sinks: {
      layout,
      tree,
      file: async (exporter, signal) => (await session()).writeFile({ exporter, metadata: {} }, signal),
    },
    callbacks: {
      secret: async (id, signal) => (await session()).secret(id, signal),
      missingSsh: async (id, signal) => (await session()).missingSsh(id, signal),
      ssh: async (id, signal) => (await session()).ssh(id, signal),
    },
    credentials: credentialsOf(session),
    blobs: id => lazyBlobs(async () => (await session()).blobs(id)),
    async deliver(signal) {
      for (const path of layouts) await sendLayout((await session()).blobs('export'), path, signal);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...remotes.values()].map(source => source[Symbol.asyncDispose]()));
      await folder[Symbol.asyncDispose]();
    },
  };
}

type Visit = (TreeTarget & { kind: 'visit' })['visit'];

/** `https://….git#ref:directory` */
function gitAddress({ identifier, attrs, path = '/' }: SourceDefinition): string {
  const at = identifier.indexOf('#');
  const [ref = '', directory = ''] = at < 0 ? [] : identifier.slice(at + 1).split(':', 2);
  const remote = attrs['git.fullurl'] ?? (at < 0 ? identifier : identifier.slice(0, at));
  const whole = posix.join('/', directory, path).slice(1);
  if (ref === '' && whole === '') return remote;
  return `${remote}#${ref}${whole === '' ? '' : `:${whole}`}`;
}

/** Asked once for each registry and build: a client may have to ask a person or a program. */
function credentialsOf(session: () => Promise<Session>): RequestParts['credentials'] {
  const known = new Map<string, Promise<RegistryCredentials | undefined>>();
  return (registry, signal) => {
    const asked = known.get(registry) ?? session().then(client => client.credentials(registry, signal));
    known.set(registry, asked);
    return asked;
  };
}

/** The session may come later. */
function lazyBlobs(open: () => Promise<BlobStore>): BlobStore {
  return {
    size: async (digest, signal) => (await open()).size(digest, signal),
    async *read(digest, signal) {
      yield* (await open()).read(digest, signal);
    },
    write: async (blob, data, signal) => (await open()).write(blob, data, signal),
  };
}

/** What a client uploads has an address of its own; all else is git or the web. */
function openRemote(
  address: string,
  keepGitDir: boolean,
  { session, sources, signal }: ClientPartsOptions,
): OwnedSource {
  if (address.startsWith('http://buildkit-session/')) {
    return sources.upload(uploaded(async () => (await session()).upload(new URL(address), signal)));
  }
  return sources.remote(address, { keepGitDir });
}

async function* uploaded(open: () => Promise<AsyncIterable<Uint8Array>>): AsyncGenerator<Uint8Array> {
  yield* await open();
}
