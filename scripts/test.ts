// Everything, in the order in which a failure says most: checks, build, unit tests, the kernel, the API, a real daemon,
// the built executable. Ends with one line `N passed, N failed[, N skipped]`. scripts/test.sh installs what it needs.

import { runChecks } from './check.ts';
import { findTests, runTests, type TestKind } from './steps/bun-tests.ts';
import { runCommand, runStep, type StepResult } from './steps/step.ts';
import { summarize } from './steps/summary.ts';

const stages: { name: string; kind: TestKind; timeoutMs: number }[] = [
  { name: 'kernel tests', kind: 'root', timeoutMs: 60_000 },
  { name: 'conformance', kind: 'conformance', timeoutMs: 60_000 },
  { name: 'integration', kind: 'integration', timeoutMs: 120_000 },
  { name: 'end to end', kind: 'e2e', timeoutMs: 60_000 },
];

const results: StepResult[] = [
  await runStep('images', () => runCommand(['bash', 'scripts/images.sh', 'busybox', 'debian'])),
  ...(await runChecks()),
  await runStep('build', () => runCommand(['bun', 'scripts/build.ts'])),
];
for (const { name, kind, timeoutMs } of stages) {
  results.push(await runStep(name, () => runTests(findTests(kind), { timeoutMs })));
}
// The same scenarios on a real Docker, where there is one to compare with.
if (process.env.BERTH_TEST_PEER_HOST) {
  const work = () => runTests(findTests('differential'), { timeoutMs: 60_000 });
  results.push(await runStep('differential', work));
  const exchanges = () => runTests(findTests('peers'), { timeoutMs: 60_000 });
  results.push(await runStep('exchanges with other programs', exchanges));
}
process.exit(summarize(results));
