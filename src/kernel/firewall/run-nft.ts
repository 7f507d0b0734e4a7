// nft(8), fed through its standard input.
import { spawn } from 'node:child_process';
import { systemError } from '../../lib/errors.ts';

/** Runs `nft -f -`, in the network namespace at `netns` if given. Throws BerthError `system` with what nft said. */
export async function runNft(ruleset: string, netns: string | undefined): Promise<void> {
  const command = ['nft', '-f', '-'];
  const [program = 'nft', ...args] = netns === undefined ? command : ['nsenter', `--net=${netns}`, ...command];
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  child.on('error', error => reject(systemError(`cannot run ${program}: ${error.message}`, error)));
  child.on('close', code => resolve(code));
  // nft that ends early closes the pipe; its exit code says why.
  child.stdin.on('error', () => {});
  child.stdin.end(ruleset);
  const code = await promise;
  if (code !== 0) throw systemError(`nft failed: ${complaint.trim() || `exit code ${code}`}`);
}
