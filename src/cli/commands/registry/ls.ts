// `registry ls`: the repositories of a registry.

import { goType } from '../../../lib/template/values.ts';
import { command } from '../../command.ts';
import { exactly } from '../../grammar/argument-rule.ts';
import { bool, string } from '../../grammar/flag.ts';
import { formatList } from '../../output/format-list.ts';
import { findCredentials, openRegistries } from '../../registries/open-registries.ts';
import { registryDomain } from '../../registries/registry-domain.ts';
import { insecureFlag } from '../flags.ts';

export const listRepositories = command({
  usage: '[OPTIONS] HOST[:PORT]',
  args: exactly(1),
  flags: {
    format: string('Form of the output: table, table TEMPLATE, json, or a Go template'),
    insecure: insecureFlag(),
    quiet: bool('Show names only, each with its host', { short: 'q' }),
  },
  async run(context, { flags, args }) {
    const domain = registryDomain(args[0] ?? '');
    const registries = openRegistries(context, flags.insecure ? [domain] : []);
    const names: string[] = [];
    try {
      const credentials = await findCredentials(context, domain);
      for await (const name of registries.catalog(domain, { credentials })) names.push(name);
    } finally {
      registries.close();
    }
    const rows = names.map(name => ({
      [goType]: '*registry.repositoryContext',
      Repository: () => name,
      Name: () => `${domain}/${name}`,
    }));
    await context.print(
      formatList(rows, {
        format: flags.format || (flags.quiet ? '{{.Name}}' : ''),
        table: '{{.Repository}}',
        headers: { Repository: 'REPOSITORY', Name: 'NAME' },
      }),
    );
    return 0;
  },
});
