// What the values of flags may be.

import type { Context } from '../context.ts';
import { type Completion, fileNames, noWords, wordsOf } from './completion.ts';
import { containerNames, contextNames, imageNames, networkNames, volumeNames } from './names.ts';

const fixed: Readonly<Record<string, readonly string[]>> = {
  cgroupns: ['host', 'private'],
  'log-driver': ['json-file', 'local', 'none'],
  'log-level': ['debug', 'info', 'warn', 'error', 'fatal'],
  platform: ['linux/amd64', 'linux/arm64'],
  pull: ['always', 'missing', 'never'],
  restart: ['always', 'no', 'on-failure', 'unless-stopped'],
  type: ['container', 'image', 'network', 'volume'],
  userns: ['host'],
  uts: ['host'],
  signal: ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGKILL', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'],
  'stop-signal': ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGKILL', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'],
};

/** Flags whose value is a file of this machine. */
const files = new Set(
  'cidfile config env-file file input iidfile label-file output tlscacert tlscert tlskey volume'.split(' '),
);

const named: Readonly<Record<string, (context: Context) => Promise<string[]> | string[]>> = {
  context: contextNames,
  from: contextNames,
  ipc: async context => ['host', 'none', 'private', 'shareable', ...(await modes(context))],
  link: context => containerNames(context),
  network: async context => [...(await networkNames(context)), ...(await modes(context))],
  pid: async context => ['host', ...(await modes(context))],
  'volumes-from': context => containerNames(context),
  ancestor: imageNames,
  mount: volumeNames,
};

const modes = async (context: Context) => (await containerNames(context)).map(name => `container:${name}`);

/** What may be given to `--name`. */
export async function flagWords(name: string, context: Context): Promise<Completion> {
  const values = fixed[name] ?? (await named[name]?.(context));
  if (values) return wordsOf(values);
  return files.has(name) ? fileNames : noWords;
}
