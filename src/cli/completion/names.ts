// Names of what the daemon has.

import type { Context } from '../context.ts';
import { readRegistrySettings } from '../credentials/config-auths.ts';
import { openCredentials } from '../credentials/registry-auth.ts';
import { hubKey, toHostname } from '../credentials/registry-key.ts';

export type ContainerState = 'running' | 'paused' | 'exited' | 'created';

/** Names of containers, those in one of `states` only when any are named. */
export async function containerNames(context: Context, states: readonly ContainerState[] = []): Promise<string[]> {
  const filters = states.length > 0 ? { filters: { status: [...states] } } : {};
  const containers = await context.client.call('ContainerList', { query: { all: true, ...filters } });
  return containers
    .flatMap(({ Names }) => Names.map(name => name.replace(/^\//, '')))
    .filter(name => !name.includes('/'));
}

/** Tags of images; `repo` alone stands for `repo:latest`, too. */
export async function imageNames(context: Context): Promise<string[]> {
  const images = await context.client.call('ImageList');
  const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []).filter(tag => !tag.startsWith('<none>'));
  return tags.flatMap(tag => (tag.endsWith(':latest') ? [tag, tag.slice(0, -':latest'.length)] : [tag])).sort();
}

export async function volumeNames(context: Context): Promise<string[]> {
  const { Volumes } = await context.client.call('VolumeList');
  return (Volumes ?? []).map(({ Name }) => Name);
}

export async function networkNames(context: Context): Promise<string[]> {
  return (await context.client.call('NetworkList')).map(({ Name }) => Name);
}

export function contextNames(context: Context): string[] {
  return ['default', ...context.contexts.list().map(({ Name }) => Name)];
}

/** Registries the user has signed in to; Docker Hub, which need not be named, is left out. */
export function registryNames(context: Context): string[] {
  const { auths } = readRegistrySettings(openCredentials(context).file);
  return Object.keys(auths)
    .filter(key => key !== hubKey)
    .map(toHostname)
    .sort();
}
