// Flags that several commands have in the same words.

import { addFilter } from '../../lib/filters.ts';
import type { Context } from '../context.ts';
import { bool, type FlagOptions, list, string } from '../grammar/flag.ts';

/** `--filter KEY=VALUE`, checked; turn the texts into filters with `reduce(addFilter, {})`. */
export const filterFlag = (usage = 'Show only what fits', options: FlagOptions = { short: 'f' }) =>
  list(usage, {
    ...options,
    type: 'filter',
    read: text => {
      addFilter({}, text);
      return text;
    },
  });

/** `--format` of a single object. */
export const formatFlag = (options: FlagOptions = { short: 'f' }) =>
  string("Form of the output: 'json', or a Go template", options);

/** `--disable-content-trust`: taken and without effect, there being no trust server to ask. */
export const contentTrustFlag = () => bool('Skip the verification of signatures', { initial: true });

/** The platform meant where none is said: DOCKER_DEFAULT_PLATFORM, or ''. */
export function defaultPlatform(context: Context): string {
  return context.io.environment.DOCKER_DEFAULT_PLATFORM ?? '';
}

/** `--insecure`: talk to the registry though its certificate is worth nothing, or though it has none. */
export const insecureFlag = () => bool('Allow a registry without a valid certificate');
