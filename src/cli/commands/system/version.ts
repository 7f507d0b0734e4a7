// `version`.

import type { SystemVersion } from '../../../api/types/system.ts';
import { alignColumns } from '../../../lib/text/table.ts';
import { type ClientVersion, clientVersion } from '../../client-version.ts';
import { command } from '../../command.ts';
import { type Context, describeFailure } from '../../context.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { objectFormatter } from '../../output/format-object.ts';
import { formatAnsic } from '../../time/format-time.ts';
import { formatFlag } from '../flags.ts';

export const version = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: { format: formatFlag() },
  async run(context, { flags }) {
    const format = objectFormatter(flags.format, 'version');
    const asked = await askServer(context, flags.format);
    const client = clientVersion(context.contextName, context.client.version);
    const server = asked.version;
    if (flags.format) await context.print(`${format({ Client: client, Server: server ?? null })}\n`);
    else await context.print(versionText(client, server));
    if (asked.failure === undefined) return 0;
    context.warn(asked.failure);
    return 1;
  },
});

/** A template that speaks of the client only needs no daemon. */
async function askServer(context: Context, format: string): Promise<{ version?: SystemVersion; failure?: string }> {
  if (format.includes('.Client') && !format.includes('.Server')) return {};
  try {
    return { version: await context.client.call('SystemVersion') };
  } catch (error) {
    return { failure: describeFailure(error) };
  }
}

function versionText(client: ClientVersion, server: SystemVersion | undefined): string {
  const lower = client.ApiVersion === client.DefaultAPIVersion ? '' : ` (downgraded from ${client.DefaultAPIVersion})`;
  const lines = [
    'Client:',
    ` Version:\t${client.Version}`,
    ` API version:\t${client.ApiVersion}${lower}`,
    ` Runtime:\t${client.GoVersion}`,
    ...(client.GitCommit ? [` Git commit:\t${client.GitCommit}`] : []),
    ...(client.BuildTime ? [` Built:\t${formatBuilt(client.BuildTime)}`] : []),
    ` OS/Arch:\t${client.Os}/${client.Arch}`,
    ` Context:\t${client.Context}`,
  ];
  if (server)
    lines.push('', `Server:${server.Platform?.Name ? ` ${server.Platform.Name}` : ''}`, ...serverLines(server));
  return `${alignColumns(lines, { minWidth: 20, padding: 1 }).join('\n')}\n`;
}

function serverLines(server: SystemVersion): string[] {
  const components = server.Components ?? [];
  if (components.length === 0) return [` Version:\t${server.Version}`, ` API version:\t${server.ApiVersion}`];
  return components.flatMap(({ Name, Version, Details = {} }) => {
    const engine = Name === 'Engine';
    const lines = [` ${Name}:`, `  Version:\t${Version}`];
    const labels: [string, string][] = engine
      ? [
          ['Go version', 'GoVersion'],
          ['Git commit', 'GitCommit'],
        ]
      : Object.keys(Details).map(key => [key, key]);
    if (engine) lines.push(`  API version:\t${Details.ApiVersion} (minimum version ${Details.MinAPIVersion})`);
    lines.push(...labels.map(([label, key]) => `  ${label}:\t${Details[key] ?? ''}`));
    if (!engine) return lines;
    lines.push(`  Built:\t${formatBuilt(String(Details.BuildTime ?? ''))}`);
    lines.push(`  OS/Arch:\t${Details.Os}/${Details.Arch}`, `  Experimental:\t${Details.Experimental ?? 'false'}`);
    return lines;
  });
}

/** As C's asctime writes it; what is no time stays as it is. */
function formatBuilt(time: string): string {
  const built = Date.parse(time);
  return Number.isNaN(built) ? time : formatAnsic(built);
}
