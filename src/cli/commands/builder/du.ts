// `buildx du`: what the build cache holds.

import { connectBuildkit } from '../../../client/index.ts';
import { usageDetails, usageJson, usageSummary, usageTable } from '../../build/usage-rows.ts';
import { command } from '../../command.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { bool, list, string } from '../../grammar/flag.ts';
import { builderFlag } from './build-flags.ts';
import { checkBuilder } from './check-builder.ts';

export const diskUsage = command({
  usage: '[OPTIONS]',
  args: noArguments,
  flags: {
    builder: builderFlag(),
    filter: list<string>('Show only what fits (type=regular, id~=abc, inuse)', { type: 'filter' }),
    format: string("Form of the output: table, pretty or 'json'"),
    verbose: bool('Show all that is known of each record'),
  },
  async run(context, { flags }) {
    checkBuilder(flags.builder, context);
    using buildkit = await connectBuildkit(context.client);
    const records = await buildkit.diskUsage(flags.filter);
    const format = flags.verbose ? 'pretty' : flags.format;
    const lines =
      format === 'json'
        ? usageJson(records)
        : format === 'pretty'
          ? [...usageDetails(records), ...usageSummary(records)]
          : [...usageTable(records), ...usageSummary(records)];
    await context.print(lines.map(line => `${line}\n`).join(''));
    return 0;
  },
});
