// `info`.

import type { SystemInfo } from '../../../api/types/system.ts';
import { clientVersion } from '../../client-version.ts';
import { command } from '../../command.ts';
import { type Context, describeFailure } from '../../context.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { formatObject } from '../../output/format-object.ts';
import { serverInfoLines } from '../../output/server-info.ts';
import { formatFlag } from '../flags.ts';

export const info = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: { format: formatFlag() },
  async run(context, { flags }) {
    const asked = await askServer(context);
    const { ApiVersion: _version, ...client } = clientVersion(context.contextName, context.client.version);
    const clientInfo = { Debug: context.options.debug, ...client, Plugins: [], Warnings: null };
    if (flags.format) {
      const failure = asked.failure === undefined ? {} : { ServerErrors: [asked.failure] };
      await context.print(`${formatObject(flags.format, { ...asked.info, ClientInfo: clientInfo, ...failure })}\n`);
      return 0;
    }
    const lines = [
      'Client:',
      ` Version:    ${client.Version}`,
      ` Context:    ${client.Context}`,
      ` Debug Mode: ${context.options.debug}`,
    ];
    lines.push('', 'Server:', ...(asked.info ? serverInfoLines(asked.info) : []));
    await context.print(`${lines.join('\n')}\n\n`);
    for (const warning of asked.info?.Warnings ?? []) context.warn(warning);
    if (asked.failure === undefined) return 0;
    context.warn(asked.failure);
    return 1;
  },
});

async function askServer(context: Context): Promise<{ info?: SystemInfo; failure?: string }> {
  try {
    return { info: await context.client.call('SystemInfo') };
  } catch (error) {
    return { failure: describeFailure(error) };
  }
}
