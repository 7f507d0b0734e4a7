// Plugins: none can be installed yet, so the lists are empty and no name is known.

import { notFound } from '../../lib/errors.ts';
import type { Handlers } from '../handler.ts';
import { notYetRoutes } from './not-yet.ts';

export function pluginRoutes(): Handlers['plugins'] {
  return {
    ...notYetRoutes('plugins'),
    PluginList: () => [],
    PluginInspect: ({ path }) => {
      throw notFound(`plugin "${path.name}" not found`);
    },
  };
}
