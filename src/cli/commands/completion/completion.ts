// `completion bash|fish|powershell|zsh`.

import { type Command, command } from '../../command.ts';
import { completionScript, type Shell } from '../../completion/scripts.ts';
import { noArguments } from '../../grammar/argument-rule.ts';
import { bool } from '../../grammar/flag.ts';

const howTo: Readonly<Record<Shell, (program: string) => string>> = {
  bash: program => `  source <(${program} completion bash)`,
  fish: program => `  ${program} completion fish | source`,
  powershell: program => `  ${program} completion powershell | Out-String | Invoke-Expression`,
  zsh: program => `  source <(${program} completion zsh)`,
};

/** The command of one shell. */
export function completionFor(shell: Shell): Command {
  return command({
    usage: shell === 'bash' ? '' : '[OPTIONS]',
    args: noArguments,
    description: `Generate the autocompletion script for ${shell}\n\nTo complete words in the shell that runs now:\n\n${howTo[shell]('docker')}`,
    flags: { 'no-descriptions': bool('Leave out what the words mean') },
    async run(context, { flags }) {
      await context.print(completionScript(shell, context.io.program, { descriptions: !flags['no-descriptions'] }));
      return 0;
    },
  });
}
