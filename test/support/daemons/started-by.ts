// A test daemon that is started in another way than the usual one.

import { TestDaemon } from './daemon.ts';

/** One whose command is changed by `rewrite`; `config` is merged into its daemon.json. */
export async function startedBy(
  rewrite: (command: string[], daemon: TestDaemon) => string[],
  config: Record<string, unknown> = {},
): Promise<TestDaemon> {
  const daemon = await TestDaemon.start(config);
  try {
    await daemon.stop();
    const usual = daemon.command();
    daemon.command = () => rewrite(usual, daemon);
    await daemon.start();
    return daemon;
  } catch (error) {
    await daemon[Symbol.asyncDispose]();
    throw error;
  }
}
