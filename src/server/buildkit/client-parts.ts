// What a build needs of the client that asked for it: its files, its secrets, and where results go that it keeps itself.
import {
  type BuildSource,
  type ContextSources,
  type OwnedSource,
  parseGitReference,
  type RegistryCredentials,
  type TreeTarget,
} from '../../builder/index.ts';
import { invalid } from '../../lib/errors.ts';
import { sendDirectory } from './session/send-directory.ts';
import type { Session } from './session/session.ts';
import { SessionSource } from './session/session-source.ts';
import type { RequestParts } from './solve/solve-request.ts';

export interface ClientPartsOptions {
  readonly session: () => Promise<Session>;
  readonly sources: ContextSources;
  readonly parsePlatform: RequestParts['parsePlatform'];
  readonly signal: AbortSignal;
}

/** Dispose of it after the build: the files it brought go then. */
export async function openClientParts(o: ClientPartsOptions): Promise<RequestParts> {
  const { session, sources, parsePlatform } = o;
  const owned: OwnedSource[] = [];
  const locals = new Map<string, BuildSource>();
  const remotes = new Map<string, OwnedSource>();
  const folder = await sources.folder();
  const directories = new Map<number, string>();

  function local(name: string): BuildSource {
    const known = locals.get(name) ?? new SessionSource(name, { session, mirrors: sources.mirrors });
    locals.set(name, known);
    return known;
  }

  function remote(address: string): OwnedSource {
    const known = remotes.get(address) ?? openRemote(address, o);
    if (!remotes.has(address)) owned.push(known);
    remotes.set(address, known);
    return known;
  }

  function directory(exporter: number): TreeTarget {
    const path = `${folder.path}/${exporter}`;
    directories.set(exporter, path);
    return { kind: 'directory', path };
  }

  return {
    parsePlatform,
    sources: { local, remote },
    sinks: {
      directory,
      file: async (exporter, signal) => (await session()).writeFile({ exporter, metadata: {} }, signal),
    },
    callbacks: {
      secret: async (id, signal) => (await session()).secret(id, signal),
      hasSsh: async (id, signal) => (await session()).hasSsh(id, signal),
      ssh: async (id, signal) => (await session()).ssh(id, signal),
    },
    credentials: credentialsOf(session),
    async deliver(signal) {
      for (const [exporter, path] of directories)
        await sendDirectory((await session()).sendFiles(exporter, signal), path);
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(owned.map(source => source[Symbol.asyncDispose]()));
      await folder[Symbol.asyncDispose]();
    },
  };
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

/** What a client uploads has an address of its own; all else is git or the web. */
function openRemote(address: string, { session, sources, signal }: ClientPartsOptions): OwnedSource {
  if (address.startsWith('http://buildkit-session/')) {
    return sources.upload(uploaded(async () => (await session()).upload(new URL(address), signal)));
  }
  const repository = parseGitReference(address, { asContext: true });
  if (repository) return sources.git(repository);
  if (/^https?:\/\//i.test(address)) return sources.webContext(address);
  throw invalid(`unable to prepare context: ${JSON.stringify(address)} is neither a URL nor a repository`);
}

async function* uploaded(open: () => Promise<AsyncIterable<Uint8Array>>): AsyncGenerator<Uint8Array> {
  yield* await open();
}
