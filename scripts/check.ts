// `npm run check`: everything that needs neither root nor a daemon. Formatting and lint, types, layers, documents, unit tests.

import { findTests, runTests } from './steps/bun-tests.ts';
import { runCommand, runStep, type StepResult } from './steps/step.ts';
import { summarize } from './steps/summary.ts';

/** Runs every check, all of them even if some fail. */
export async function runChecks(): Promise<StepResult[]> {
  return [
    await runStep('format and lint', () =>
      runCommand(['biome', 'check', '--diagnostic-level=warn', '--error-on-warnings']),
    ),
    await runStep('types', () => runCommand(['tsc', '-p', '.'])),
    await runStep('layers', () => runCommand(['bun', 'scripts/check-layers.ts'])),
    await runStep('documents', () => runCommand(['bun', 'scripts/check-docs.ts'])),
    await runStep('unit tests', () => runTests(findTests('unit'), { parallel: true })),
  ];
}

if (import.meta.main) process.exit(summarize(await runChecks()));
