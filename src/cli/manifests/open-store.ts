// The manifest lists of the user who runs the command.

import type { Context } from '../context.ts';
import { configFolder } from '../host/client-config.ts';
import { ManifestStore } from './manifest-store.ts';

export function openManifestStore({ io, options }: Pick<Context, 'io' | 'options'>): ManifestStore {
  return new ManifestStore(configFolder(io, options));
}
