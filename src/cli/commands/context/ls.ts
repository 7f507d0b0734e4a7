// `context ls`.

import { type GoStruct, goType } from '../../../lib/template/values.ts';
import { command } from '../../command.ts';
import type { Context } from '../../context.ts';
import { type ContextMetadata, defaultContext } from '../../contexts/context-store.ts';
import { loadContext } from '../../contexts/load-context.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { hostVariable } from '../../host/resolve-host.ts';
import { ellipsis } from '../../output/ellipsis.ts';
import { formatList } from '../../output/format-list.ts';

const headers = {
  // The mark behind a name, which the head of the column must not have.
  Current: '',
  Description: 'DESCRIPTION',
  DockerEndpoint: 'DOCKER ENDPOINT',
  Error: 'ERROR',
  Name: 'NAME',
};
/** An error is shown in one column. */
const longestError = 45;

export const listContexts = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    format: string('Form of the output: table, table TEMPLATE, json, or a Go template'),
    quiet: bool('Show names only', { short: 'q' }),
  },
  async run(context, { flags }) {
    const current = context.contextName;
    const rows = collect(context, current).map(({ metadata, error }) =>
      row(metadata, metadata.Name === current, error),
    );
    const format = flags.quiet ? '{{.Name}}' : flags.format;
    const table = '{{.Name}}{{if .Current}} *{{end}}\t{{.Description}}\t{{.DockerEndpoint}}\t{{.Error}}';
    await context.print(formatList(rows, { format, table, headers }));
    const variable = hostVariable(context.io);
    if (variable && !context.options.context) {
      context.warn(
        `Warning: ${variable} environment variable overrides the active context. To use a context, either set the global --context flag, or unset ${variable} environment variable.`,
      );
    }
    return 0;
  },
});

/** The stored ones, the default one, and the current one even if it is not there. */
function collect(context: Context, current: string): { metadata: ContextMetadata; error?: string }[] {
  const stored = read(context);
  const all = [loadContext(context, defaultContext).metadata, ...stored].map(metadata => ({ metadata }));
  if (all.some(({ metadata }) => metadata.Name === current)) return all.sort(byName);
  try {
    context.contexts.read(current);
    return all.sort(byName);
  } catch (error) {
    const missing = { metadata: { Name: current, Metadata: {}, Endpoints: {} }, error: (error as Error).message };
    return [...all, missing].sort(byName);
  }
}

function read(context: Context): ContextMetadata[] {
  try {
    return context.contexts.list();
  } catch (error) {
    throw new Error(`failed to read metadata: ${(error as Error).message}`, { cause: error });
  }
}

function byName(a: { metadata: ContextMetadata }, b: { metadata: ContextMetadata }): number {
  return a.metadata.Name.localeCompare(b.metadata.Name, 'en', { numeric: true });
}

function row(metadata: ContextMetadata, isCurrent: boolean, error = ''): GoStruct {
  return {
    [goType]: '*formatter.clientContextContext',
    Current: () => isCurrent,
    Description: () => metadata.Metadata.Description ?? '',
    DockerEndpoint: () => metadata.Endpoints.docker?.Host ?? '',
    Error: () => ellipsis(error.replaceAll('\n', ' '), longestError),
    Name: () => metadata.Name,
  };
}
