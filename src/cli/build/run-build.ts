// One build from beginning to end: session, request, progress.
import { randomBytes } from 'node:crypto';
import type { BuildkitClient } from '../../client/index.ts';
import type { BuildDisplay } from '../build-progress/build-display.ts';
import type { Context } from '../context.ts';
import { openCredentials } from '../credentials/registry-auth.ts';
import { credentialKey } from '../credentials/registry-key.ts';
import type { BuildPlan } from './plan-build.ts';

interface RunOptions {
  readonly context: Context;
  readonly buildkit: BuildkitClient;
  readonly display: Pick<BuildDisplay, 'update'>;
  readonly signal: AbortSignal;
}

interface BuildOutcome {
  readonly ref: string;
  /** What the exporters say, by BuildKit's names. */
  readonly response: Readonly<Record<string, string>>;
}

/** Rejects with a GrpcError when the build fails. News are shown to the last one before it settles. */
export async function runBuild(plan: BuildPlan, options: RunOptions): Promise<BuildOutcome> {
  const { buildkit, display, signal } = options;
  const ref = newName();
  await using session = await openSession(plan, options);
  const watching = watch();
  try {
    const response = await buildkit.solve({ ...plan.request, ref, session: session.id }, signal);
    await watching;
    plan.finish(response);
    return { ref, response };
  } catch (error) {
    // What failed is in the last news; a daemon that is gone sends none.
    await Promise.race([watching, new Promise(resolve => setTimeout(resolve, 1000).unref())]);
    throw error;
  }

  async function watch(): Promise<void> {
    try {
      for await (const news of buildkit.status(ref, signal)) display.update(news);
    } catch {
      // The build itself says what is wrong.
    }
  }
}

/** What the frontend answers to a question, of which nothing is shown but what it loads meanwhile. */
export async function askAbout(
  plan: BuildPlan,
  request: string,
  options: RunOptions,
): Promise<Readonly<Record<string, Uint8Array>>> {
  const { buildkit, display, signal } = options;
  const ref = newName();
  await using session = await openSession(plan, options);
  const attributes = { ...plan.attributes, requestid: request };
  const watched = new AbortController();
  const watching = (async () => {
    for await (const news of buildkit.status(ref, watched.signal)) display.update(news);
  })().catch(() => {});
  try {
    return await buildkit.ask({ ref, session: session.id, frontend: 'dockerfile.v0', attributes }, signal);
  } finally {
    watched.abort();
    await watching;
  }
}

/** Bake files that lie in a repository. `secret` finds what signs in to it. */
export async function readRepositoryFiles(
  wanted: { address: string; names: readonly string[]; secret: (id: string) => Promise<Uint8Array | undefined> },
  options: RunOptions,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const { buildkit, display, signal } = options;
  const { address, names, secret } = wanted;
  const ref = newName();
  await using session = await openSession({ session: { sharedKey: '', directories: {}, secret } }, options);
  const watched = new AbortController();
  const watching = (async () => {
    for await (const news of buildkit.status(ref, watched.signal)) display.update(news);
  })().catch(() => {});
  try {
    return await buildkit.repositoryFiles({ ref, session: session.id, address, names }, signal);
  } finally {
    watched.abort();
    await watching;
  }
}

async function openSession(
  plan: Pick<BuildPlan, 'session'>,
  { context, buildkit }: RunOptions,
): Promise<AsyncDisposable & { id: string }> {
  const id = newName();
  const credentials = openCredentials(context);
  const session = await buildkit.session({
    ...plan.session,
    id,
    reader,
    sender,
    credentials: async host => {
      const domain = host === 'registry-1.docker.io' ? 'docker.io' : host;
      const { username = '', password = '', identitytoken = '' } = await credentials.get(credentialKey(domain));
      return identitytoken === '' ? { username, secret: password } : { secret: identitytoken };
    },
  });
  return { id, [Symbol.asyncDispose]: () => session[Symbol.asyncDispose]() };
}

/** No other command, and no build of what the daemon fetches itself, pays for loading it. */
async function reader() {
  const { fileReader } = await import('../../kernel/index.ts');
  return fileReader();
}

async function sender(socket: string) {
  const { openDescriptorSender } = await import('../../kernel/index.ts');
  return openDescriptorSender(socket);
}

/** 25 characters, as BuildKit's own names have. */
function newName(): string {
  return BigInt(`0x${randomBytes(17).toString('hex')}`)
    .toString(36)
    .padStart(25, '0')
    .slice(-25);
}
